import { type Command, Option } from 'commander';

/** An option whose value goes to the API as it was typed: GraphQL judges every value and words every refusal. */
export interface SentOption {
  option: Option;
  /** Its variable, or the way to a field inside of one: options, devices. */
  to: readonly string[];
  as: (text: string) => unknown;
}

/** What commander has read: texts under the options' names. */
export type Given = Readonly<Record<string, string | true | undefined>>;

/** @param to the variable, dotted for a field of one; default: the option's own name */
export function sent(flags: string, help: string, { to, as = String }: { to?: string; as?: SentOption['as'] } = {}) {
  const option = new Option(flags, help);
  return { option, to: (to ?? option.attributeName()).split('.'), as } satisfies SentOption;
}

export function addSent(command: Command, options: readonly SentOption[], helpGroup?: string): Command {
  for (const { option } of options) command.addOption(helpGroup === undefined ? option : option.helpGroup(helpGroup));
  return command;
}

/** Variables of a query; what was not said stays out, so that the schema's defaults hold. */
export function variablesOf(options: readonly SentOption[], given: Given): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  for (const { option, to, as } of options) {
    const text = given[option.attributeName()];
    if (typeof text !== 'string') continue;
    let holder = variables;
    for (const name of to.slice(0, -1)) {
      holder[name] ??= {};
      holder = holder[name] as Record<string, unknown>;
    }
    holder[to.at(-1) ?? ''] = as(text);
  }
  return variables;
}

const thousands: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };

/** A number where it reads as one; 1k is 1,000 and 2M is 2,000,000. Anything else goes to GraphQL as it was typed, and comes back as INVALID_ARGUMENT. */
export function numberOrText(text: string): number | string {
  const [, digits = '', unit = ''] = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)([km]?)$/i.exec(text.trim()) ?? [];
  if (digits === '' || !Number.isFinite(Number(digits))) return text;
  return Number((Number(digits) * (thousands[unit.toLowerCase()] ?? 1)).toPrecision(15));
}

/** A word as GraphQL writes it. */
/** on and off; anything else goes as it is, for the API to refuse. */
export function onOrOff(text: string): boolean | string {
  const isOn = { on: true, true: true, off: false, false: false }[text.toLowerCase()];
  return isOn ?? text;
}

export function enumValue(text: string): string {
  return text.trim().toUpperCase().replaceAll('-', '_');
}
