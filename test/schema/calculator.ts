import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createYoga } from 'graphql-yoga';
import { inject } from 'vitest';
import { openRegistry } from '../../src/registry/registry.ts';
import { useInvalidArguments } from '../../src/schema/arguments/coercionErrors.ts';
import { requestContext } from '../../src/schema/context.ts';
import { buildSchema } from '../../src/schema/index.ts';
import { temporaryFolder } from '../server/serverProcess.ts';

export interface Reply<Data> {
  data: Data;
  errors?: readonly ReplyError[];
}

export interface ReplyError {
  message: string;
  extensions: { code?: string; argument?: string; value?: unknown; suggestions?: string[]; allowed?: unknown };
}

/** The real schema on the real seeds, or on a folder in their place, and packs beside them; in a database of its own. */
export async function openCalculator(packs: readonly string[] = [], seeds?: string) {
  const folder = temporaryFolder();
  const databasePath = join(folder, 'calculator.db');
  if (seeds === undefined) copyFileSync(inject('seededDatabase'), databasePath);
  const registry = await openRegistry({ databasePath, packs, ...(seeds !== undefined && { seeds }) });
  const schema = buildSchema();
  const context = ({ request }: { request: Request }) => requestContext(registry, request);
  const yoga = createYoga({ schema, context, plugins: [useInvalidArguments()], logging: false });

  let writeKey: string | undefined;

  const ask = async <Data>(query: string, variables: object = {}, key?: string): Promise<Reply<Data>> => {
    const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const response = await yoga.fetch('http://calculator.invalid/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };
  return {
    schema,
    registry,
    ask,
    /** The only mutation of `text` as a person with a write key asks it: what it answers. */
    async write<Answer = Record<string, unknown>>(text: string, variables: object = {}): Promise<Answer> {
      writeKey ??= await registry.keys.create('test');
      const { data, errors } = await ask<Record<string, Answer>>(text, variables, writeKey);
      const [answer] = Object.values(data ?? {});
      if (errors !== undefined || answer === undefined) throw new Error(JSON.stringify(errors));
      return answer;
    },
    /** The data of a question that must not fail. */
    async answer<Data>(query: string, variables: object = {}): Promise<Data> {
      const { data, errors } = await ask<Data>(query, variables);
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
      return data;
    },
    /** The only error of a question that must fail. */
    async refusal(query: string, variables: object = {}): Promise<ReplyError> {
      const { errors = [] } = await ask(query, variables);
      const [error] = errors;
      if (error === undefined || errors.length > 1) throw new Error(`expected one error: ${JSON.stringify(errors)}`);
      return error;
    },
    close() {
      registry.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type Calculator = Awaited<ReturnType<typeof openCalculator>>;
