import { randomUUID } from 'node:crypto';
import type { RunningServer } from './serverProcess.ts';

/** A creation that was acknowledged, and what the server said. */
export interface Acknowledged {
  id: string;
  idempotencyKey: string;
  answer: string;
}

const create = `mutation ($id: ID!, $key: String) {
  modelCreate(idempotencyKey: $key, input: {
    id: $id, name: "Load", developer: "Acme", contextTokens: 8192, source: { title: "Made up", known: ASSUMED }
  }) {
    __typename
    ... on ModelCreatePayload { model { id name revision origin updatedAt } }
    ... on Error { message code }
  }
}`;

/** Asks once. @throws when the server is gone, or answers with an error of GraphQL */
export async function createModel(origin: string, key: string, id: string, idempotencyKey: string): Promise<string> {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: create, variables: { id, key: idempotencyKey } }),
  });
  const reply = (await response.json()) as { data?: { modelCreate: object } };
  if (reply.data === undefined) throw new Error(JSON.stringify(reply));
  return JSON.stringify(reply.data.modelCreate);
}

/** Clients that create models one after the other, until their server dies or `stop` is called. */
export function startLoad(servers: readonly RunningServer[], key: string, clientsEach: number) {
  const acknowledged: Acknowledged[] = [];
  const refused: string[] = [];
  let stopped = false;
  const client = async ({ origin }: RunningServer, client: number) => {
    const prefix = `load-${randomUUID().slice(0, 8)}-${client}`;
    for (let count = 0; !stopped; count++) {
      const id = `${prefix}-${count}`;
      let answer: string;
      try {
        answer = await createModel(origin, key, id, id);
      } catch (error) {
        // The server was killed under the request: whether it was done is not known, and nobody was told it was.
        if (error instanceof TypeError) return;
        throw error;
      }
      if (answer.includes('"ModelCreatePayload"')) acknowledged.push({ id, idempotencyKey: id, answer });
      else refused.push(answer);
      if (refused.length > 3) return;
    }
  };
  const clients = servers.flatMap((server) => Array.from({ length: clientsEach }, (_, index) => client(server, index)));
  const ended = Promise.all(clients);
  return {
    acknowledged,
    refused,
    ended,
    stop() {
      stopped = true;
      return ended;
    },
  };
}

/** Ids among these that the server does not know. */
export async function missingFrom(origin: string, acknowledged: readonly Acknowledged[]): Promise<string[]> {
  const missing: string[] = [];
  for (let from = 0; from < acknowledged.length; from += 200) {
    const page = acknowledged.slice(from, from + 200);
    const query = `{ ${page.map(({ id }, index) => `m${index}: model(id: "${id}") { id }`).join(' ')} }`;
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data } = (await response.json()) as { data: Record<string, { id: string } | null> };
    missing.push(...page.filter((_, index) => data[`m${index}`]?.id === undefined).map(({ id }) => id));
  }
  return missing;
}
