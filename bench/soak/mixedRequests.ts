import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface Target {
  origin: string;
  /** A key that may write. */
  key: string;
  models: readonly string[];
  devices: readonly string[];
}

/** What came of a request: a status, or that it was broken off on purpose. */
export type Outcome = number | 'left';

interface Kind {
  /** How many of a thousand requests are of this kind. */
  share: number;
  send(): Promise<Outcome>;
}

/** What clients do in a day, good ones and others, as a function for each kind of request. */
export function mixedRequests({ origin, key, models, devices }: Target, random: () => number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const one = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] as Item;
  const number = (most: number) => 1 + Math.floor(random() * most);
  // Each address has an allowance that is remembered for a minute.
  const address = () => `10.0.${number(16)}.${number(250)}`;

  const open = (method: string, path: string, headers: Record<string, string>, body = ''): ClientRequest => {
    const type: Record<string, string> = body === '' ? {} : { 'content-type': 'application/json' };
    const asked = request(`${origin}${path}`, {
      method,
      agent,
      headers: { 'x-forwarded-for': address(), ...type, ...headers },
    });
    asked.end(body);
    return asked;
  };
  const send = async (method: string, path: string, headers: Record<string, string> = {}, body = '') => {
    const response = await answerOf(open(method, path, headers, body));
    await whole(response);
    return response;
  };
  const ask = async (query: string, variables: object = {}, headers: Record<string, string> = {}) =>
    statusOf(await send('POST', '/graphql', headers, JSON.stringify({ query, variables })));
  const path = (query: string) => `/graphql?query=${encodeURIComponent(query)}`;

  const estimate = `query Soak($model: ID!, $hardware: ID!, $tokens: Int!) {
    estimate(model: $model, hardware: $hardware, tokens: $tokens) {
      summary latency { endToEndMs } memory { fits totalGiB } cost { usdPerRequest }
    }
  }`;
  const update = `mutation ($id: ID!, $notes: String!) {
    hardwareUpdate(id: $id, input: { notes: $notes }) { __typename ... on Error { message } }
  }`;
  const everyDevice = 'hardwareList(first: 100) { nodes { id name memoryGiB } }';

  const kinds: Readonly<Record<string, Kind>> = {
    estimate: {
      share: 450,
      send: () => ask(estimate, { model: one(models), hardware: one(devices), tokens: number(5000) }),
    },
    list: {
      share: 80,
      send: () =>
        ask('query ($n: Int!) { models(first: $n) { nodes { id name measurements(first: 2) { totalCount } } } }', {
          n: number(25),
        }),
    },
    search: {
      share: 100,
      send: () => ask(`{ models(search: "${one(models).slice(0, 4)}") { totalCount nodes { id } } }`),
    },
    'a document nobody sent before': {
      share: 50,
      send: () => ask(`{ row${number(1e9)}: estimate(tokens: ${number(5000)}) { summary } }`),
    },
    mistake: {
      share: 80,
      send: () =>
        one([
          () => ask(`{ estimat${number(1e6)} { summary } }`),
          () => ask(estimate, { model: `nothing-${number(1e6)}`, hardware: 'T4', tokens: 1 }),
          () => ask('{ estimate(tokens: 0) { summary } }'),
          () => ask(`{ ${'self { '.repeat(50)}`),
          () =>
            ask('query($n: Int) { models(first: $n) { nodes { measurements(first: $n) { nodes { id } } } } }', {
              n: 100,
            }),
          async () => statusOf(await send('POST', '/graphql', {}, '{"query": ')),
        ])(),
    },
    'what would fit': {
      share: 10,
      send: () =>
        ask(`{ estimate(model: "${one(models)}", hardware: "T4") { suggestions { text } assumptions { text } } }`),
    },
    'GET, and again with its ETag': {
      share: 100,
      send: async () => {
        const query = path(`{ estimate(tokens: ${number(300)}) { summary } }`);
        const { headers } = await send('GET', query, { 'accept-encoding': 'gzip' });
        return statusOf(await send('GET', query, { 'accept-encoding': 'gzip', 'if-none-match': headers.etag ?? '' }));
      },
    },
    compressed: {
      share: 30,
      send: async () =>
        statusOf(await send('GET', path(`{ ${everyDevice} }`), { 'accept-encoding': one(['br', 'gzip']) })),
    },
    change: {
      share: 20,
      send: () =>
        ask(update, { id: one(devices), notes: `Seen ${number(1e9)} times.` }, { authorization: `Bearer ${key}` }),
    },
    'a key that is none': {
      share: 10,
      send: () => ask(update, { id: one(devices), notes: 'x' }, { authorization: `Bearer llmc_${number(1e9)}` }),
    },
    'the client leaves': {
      share: 30,
      send: async () => {
        const rows = Array.from(
          { length: 20 },
          (_, index) => `row${index}: estimate(tokens: ${index + 1}) { summary }`,
        );
        const asked = open('POST', '/graphql', {}, JSON.stringify({ query: `{ ${rows.join(' ')} }` }));
        setTimeout(() => asked.destroy(), random() * 8);
        return answerOf(asked).then(
          (response) =>
            whole(response).then(
              () => 'left' as const,
              () => 'left' as const,
            ),
          () => 'left' as const,
        );
      },
    },
    subscription: {
      share: 10,
      send: async () => {
        const query = path(`subscription { catalogueChanged(id: "${one(devices)}") { changes { id } } }`);
        const asked = open('GET', query, { accept: 'text/event-stream' });
        const response = await answerOf(asked);
        setTimeout(() => asked.destroy(), random() * 200);
        await whole(response).catch(() => undefined);
        return statusOf(response);
      },
    },
    probe: {
      share: 26,
      send: async () => statusOf(await send('GET', one(['/health', '/ready', '/metrics', '/nowhere']))),
    },
    'HEAD, preflight': {
      share: 2,
      send: async () => statusOf(await send(one(['HEAD', 'OPTIONS']), path('{ __typename }'))),
    },
    GraphiQL: {
      share: 2,
      send: async () => statusOf(await send('GET', '/graphql', { accept: 'text/html', 'accept-encoding': 'gzip' })),
    },
  };

  const lots = Object.entries(kinds).flatMap(([kind, { share }]) => Array.from({ length: share }, () => kind));
  return {
    /** Sends a request of a random kind. @throws when the connection breaks */
    async next(): Promise<{ kind: string; outcome: Outcome }> {
      const kind = one(lots);
      return { kind, outcome: await (kinds[kind] as Kind).send() };
    },
    end: () => agent.destroy(),
  };
}

const statusOf = ({ statusCode }: IncomingMessage): number => statusCode ?? 0;

function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once('response', resolve);
    asked.on('error', reject);
  });
}

/** Reads to the end. @throws when the answer breaks off */
async function whole(response: IncomingMessage): Promise<void> {
  for await (const _ of response);
}
