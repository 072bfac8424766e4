import { dollars, gibibytes, number } from './quantity.ts';
import { numberOrText, sent } from './sentOption.ts';

/** A list of the catalogue as the terminal asks for it and shows it. */
export interface Table {
  about: string;
  query: string;
  /** Titles of the columns; the first one is what other commands take. */
  titles: readonly string[];
  rows(data: TableReply): readonly (readonly string[])[];
}

type Item = Record<string, unknown>;
type List = { totalCount: number; nodes: readonly Item[] };

/** What a list answers: `list` with pages, or all of them. */
export interface TableReply {
  list: List | readonly Item[];
  /** What a search without a hit may have meant. */
  near: readonly { id: string }[];
}

export const tableOptions = [sent('--first <count>', 'lines at most, 1 to 1000 (default: 30)', { as: numberOrText })];

const near = (kind: string) => `near: search(text: $text, kinds: [${kind}], first: 3) { id }`;
const paged = (field: string, kind: string, more: string, selection: string) =>
  `query List($search: String, $text: String! = "", $first: Int = 30) {
    list: ${field}(search: $search, first: $first${more}) { totalCount nodes { ${selection} } } ${near(kind)} }`;
const whole = (field: string, kind: string, selection: string) =>
  `query List($text: String! = "") { list: ${field} { ${selection} } ${near(kind)} }`;

const itemsOf = ({ list }: TableReply): readonly Item[] => ('nodes' in list ? list.nodes : list);

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
const figure = (value: unknown, show: (value: number) => string): string =>
  typeof value === 'number' ? show(value) : '';
const inside = (value: unknown, name: string): unknown => (value as Item | null | undefined)?.[name];

export const tables: Readonly<Record<string, Table>> = {
  models: {
    about: 'the models, the newest first',
    query: paged(
      'models',
      'MODEL',
      ', orderBy: { field: RELEASED, direction: DESC }',
      'id name developer released contextTokens parameters { total active }',
    ),
    titles: ['id', 'name', 'parameters', 'active', 'context', 'released'],
    rows: (data) =>
      itemsOf(data).map(({ id, name, parameters, contextTokens, released }) => [
        text(id),
        text(name),
        figure(inside(parameters, 'total'), billions),
        figure(inside(parameters, 'active'), billions),
        figure(contextTokens, number),
        text(released),
      ]),
  },
  hardware: {
    about: 'the devices, by name',
    query: paged(
      'hardwareList',
      'HARDWARE',
      ', orderBy: { field: NAME }',
      'id name memoryGiB memoryBandwidthGBPerSecond estimable priceFrom { usdPerDeviceHour usdPerDevice }',
    ),
    titles: ['id', 'name', 'memory', 'bandwidth', 'to rent from', 'to buy from'],
    rows: (data) =>
      itemsOf(data).map(({ id, name, memoryGiB, memoryBandwidthGBPerSecond, priceFrom }) => [
        text(id),
        text(name),
        figure(memoryGiB, gibibytes),
        figure(memoryBandwidthGBPerSecond, (value) => `${number(value)} GB/s`),
        figure(inside(priceFrom, 'usdPerDeviceHour'), (value) => `${dollars(value)} an hour`),
        figure(inside(priceFrom, 'usdPerDevice'), dollars),
      ]),
  },
  formats: {
    about: 'formats of weights and caches, the widest first',
    query: whole('weightFormats', 'WEIGHT_FORMAT', 'id name aliases bitsPerWeight cacheBitsPerElement'),
    titles: ['id', 'name', 'bits a weight', 'bits a cached element'],
    rows: (data) =>
      itemsOf(data).map(({ id, name, bitsPerWeight, cacheBitsPerElement }) => [
        text(id),
        text(name),
        figure(bitsPerWeight, number),
        figure(cacheBitsPerElement, number),
      ]),
  },
  runtimes: {
    about: 'the runtimes, by name',
    query: whole('runtimes', 'RUNTIME', 'id name aliases continuousBatching homepage'),
    titles: ['id', 'name', 'batches requests', 'homepage'],
    rows: (data) =>
      itemsOf(data).map(({ id, name, continuousBatching, homepage }) => [
        text(id),
        text(name),
        continuousBatching === true ? 'yes' : 'no',
        text(homepage),
      ]),
  },
  offers: {
    about: 'prices in force, by id',
    query: paged(
      'offers',
      'OFFER',
      ', filter: { inForce: true }',
      `id name date ... on HardwareHourOffer { usdPerDeviceHour } ... on HardwarePurchaseOffer { usd }
      ... on ModelTokensOffer { usdPerMillionInputTokens usdPerMillionOutputTokens }`,
    ),
    titles: ['id', 'what', 'price', 'since'],
    rows: (data) => itemsOf(data).map((offer) => [text(offer.id), text(offer.name), priceOf(offer), text(offer.date)]),
  },
};

function priceOf({ usdPerDeviceHour, usd, usdPerMillionInputTokens, usdPerMillionOutputTokens }: Item): string {
  if (typeof usdPerDeviceHour === 'number') return `${dollars(usdPerDeviceHour)} a device and hour`;
  if (typeof usd === 'number') return dollars(usd);
  return `${figure(usdPerMillionInputTokens, dollars)} in, ${figure(usdPerMillionOutputTokens, dollars)} out a million tokens`;
}

function billions(parameters: number): string {
  return `${number(parameters / 1e9)} B`;
}

/** The items that hold every word: for lists that the API answers whole. */
export function searched(data: TableReply, search: string): TableReply {
  if ('nodes' in data.list) return data;
  const words = search.toLowerCase().split(/\s+/);
  const list = data.list.filter((item) => {
    const found = [item.id, item.name, item.aliases].join(' ').toLowerCase();
    return words.every((word) => found.includes(word));
  });
  return { ...data, list };
}

/** The lines of a list under their titles; a last line says how many more there are. */
export function tableText(table: Table, data: TableReply): string {
  const rows = table.rows(data);
  if (rows.length === 0) return `Nothing is called that${didYouMean(data.near)}.\n`;
  const lines = [table.titles, ...rows];
  const widths = table.titles.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const written = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const left = 'nodes' in data.list ? data.list.totalCount - rows.length : 0;
  const more =
    left > 0
      ? `and ${number(left)} more: name words to search for, or --first ${Math.min(1000, rows.length + left)}\n`
      : '';
  return `${written.join('\n')}\n${more}`;
}

function didYouMean(near: TableReply['near']): string {
  return near.length === 0 ? '' : `; the nearest: ${near.map(({ id }) => id).join(', ')}`;
}
