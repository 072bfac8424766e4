import { z } from 'zod';

/** Text of so many letters. */
export const text = (minimum: number, maximum: number) => z.string().min(minimum).max(maximum);

/** A whole number, both ends included. */
export const whole = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);

/** A number, both ends included. */
export const figure = (minimum: number, maximum: number) => z.number().min(minimum).max(maximum);

/** A number above zero; the end is included. */
export const positive = (maximum: number) => z.number().positive().max(maximum);

/** null in place of what a file does not state. */
export const orNull = <Schema extends z.ZodType>(schema: Schema): z.ZodDefault<z.ZodNullable<Schema>> =>
  z._default(z.nullable(schema), null);
