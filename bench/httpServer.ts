/** One side of bench/http.ts: `estimate` serves the calculator, `hello BYTES` a plain yoga that answers that many bytes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { openCalculator } from '../src/server/calculator.ts';
import { httpListener } from '../src/server/http.ts';

const [side, bytes] = process.argv.slice(2);
const server = createServer(side === 'estimate' ? await calculator() : hello(Number(bytes)));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});

async function calculator(): Promise<RequestListener> {
  const folder = mkdtempSync(join(tmpdir(), 'calculator-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.on('SIGTERM', () => process.exit());
  const databaseUrl = join(folder, 'calculator.db');
  return httpListener(await openCalculator({ databaseUrl, profilePacks: [] }));
}

function hello(replyBytes: number): RequestListener {
  const text = 'x'.repeat(replyBytes - '{"data":{"hello":""}}'.length);
  const field = { type: new GraphQLNonNull(GraphQLString), resolve: () => text };
  const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { hello: field } }) });
  return createYoga({ schema, graphiql: false, landingPage: false });
}
