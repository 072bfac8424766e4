import { copyFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type RunningServer, startServer, temporaryFolder } from '../serverProcess.ts';

// The checks of graphql-cop (github.com/dolevf/graphql-cop 1.15), each with its request and its criterion.
let server: RunningServer;

beforeAll(async () => {
  const databaseUrl = `${temporaryFolder()}/calculator.db`;
  copyFileSync(inject('seededDatabase'), databaseUrl);
  server = await startServer({ DATABASE_URL: databaseUrl });
});

afterAll(() => server?.stop());

interface Reply {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

interface Check {
  ask(): Promise<Response>;
  finds(reply: Reply, text: string): unknown;
}

const asked = (query: string): Check['ask'] => {
  const body = JSON.stringify({ query, operationName: 'cop' });
  return () => post('application/json', body);
};
const gotten = (query: string): Check['ask'] => {
  return () => fetch(`${server.origin}/graphql?query=${encodeURIComponent(query)}`, { headers: { accept: '*/*' } });
};
const typename = ({ data }: Reply) => data?.__typename;

const checks: Readonly<Record<string, Check>> = {
  'alias overloading': {
    ask: asked(`query cop { ${Array.from({ length: 101 }, (_, index) => `alias${index}:__typename \n`).join('')} }`),
    finds: ({ data }) => data?.alias100,
  },
  'array-based query batching': {
    ask: () => post('application/json', JSON.stringify(Array(10).fill({ query: 'query cop { __typename }' }))),
    finds: (reply) => Array.isArray(reply) && reply.length >= 10,
  },
  'introspection-based circular query': {
    ask: asked(
      'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }',
    ),
    finds: ({ data }) => (data?.__schema as { types: unknown[] } | undefined)?.types,
  },
  'directive overloading': {
    ask: asked('query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }'),
    finds: ({ errors }) => errors?.length === 10,
  },
  'field duplication': {
    ask: asked(`query cop { ${'__typename \n'.repeat(500)}} `),
    finds: typename,
  },
  'mutation over GET': { ask: gotten('mutation cop {__typename}'), finds: typename },
  'query in a form': {
    ask: () => post('application/x-www-form-urlencoded', 'query=query+cop+%7B+__typename+%7D'),
    finds: typename,
  },
  tracing: {
    ask: asked('query cop { __typename }'),
    finds: ({ errors }, text) => errors?.[0]?.extensions?.tracing ?? /extensions.*tracing/i.test(text),
  },
  'unhandled errors': {
    ask: asked('qwerty cop { abc }'),
    finds: ({ errors }, text) => errors?.[0]?.extensions?.exception ?? /exception/i.test(text),
  },
};

/** An open API describes itself, helps with typos, has a page to try it, and answers questions that caches can keep. */
const decisions: Readonly<Record<string, Check>> = {
  introspection: {
    ask: asked('query cop { __schema { types { name fields { name } } } }'),
    finds: ({ data }) => (data?.__schema as { types: unknown[] } | undefined)?.types,
  },
  'field suggestions': {
    ask: asked('query cop { __schema { directive } }'),
    finds: ({ errors }) => errors?.[0]?.message.includes('Did you mean'),
  },
  GraphiQL: {
    ask: () => fetch(`${server.origin}/graphql`, { headers: { accept: 'text/html' } }),
    finds: (_, text) => text.includes('GraphiQL'),
  },
  'query over GET': { ask: gotten('query cop {__typename}'), finds: typename },
};

test.each(Object.entries(checks))('%s is not found', async (_name, check) => {
  expect(await found(check)).toBe(false);
});

test.each(Object.entries(decisions))('%s is found, and meant', async (_name, check) => {
  expect(await found(check)).toBe(true);
});

test('250 different questions are a table, and no overloading', async () => {
  const rows = Array.from({ length: 250 }, (_, index) => `row${index}: estimate(tokens: ${index + 1}) { summary }`);
  const reply = await asked(`query cop { ${rows.join(' ')} }`)();
  expect(await reply.json()).toMatchObject({ data: { row249: { summary: expect.any(String) } } });
});

async function found({ ask, finds }: Check): Promise<boolean> {
  const text = await (await ask()).text();
  return Boolean(finds(replyIn(text), text));
}

function replyIn(text: string): Reply {
  return text.trimStart().startsWith('<') ? {} : JSON.parse(text);
}

function post(type: string, body: string): Promise<Response> {
  const headers = { 'content-type': type, 'user-agent': 'graphql-cop/1.15' };
  return fetch(`${server.origin}/graphql`, { method: 'POST', headers, body });
}
