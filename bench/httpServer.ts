/**
 * One side of a bench over HTTP: `guarded` serves the calculator as `npm start` does, with limits, metrics and a log; `bare`
 * the same answers and headers without any of them; `hello BYTES` a plain yoga that answers that many bytes.
 */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { useInvalidArguments } from '../src/schema/arguments/coercionErrors.ts';
import { openCalculator } from '../src/server/calculator.ts';
import { httpListener } from '../src/server/http.ts';
import { allowanceBooks, RateLimit } from '../src/server/limits/rateLimit.ts';
import { Batches } from '../src/server/observe/batches.ts';
import { createMetrics } from '../src/server/observe/metrics.ts';
import { requestLog } from '../src/server/observe/requestLog.ts';

const [folder = '', side, bytes] = process.argv.slice(2);
const server = createServer(side === 'hello' ? hello(Number(bytes)) : await calculator(side === 'guarded'));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});

async function calculator(guarded: boolean): Promise<RequestListener> {
  const opened = await openCalculator({ databaseUrl: join(folder, 'calculator.db'), profilePacks: [] });
  if (!guarded) {
    const { schema, createContext } = opened;
    const yoga = createYoga({
      schema,
      context: ({ request }) => createContext(request),
      plugins: [useInvalidArguments()],
      ...{ maxRequestBodySize: false, multipart: false, graphiql: false, landingPage: false, cors: false },
    });
    return (request, response) => {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Expose-Headers', 'ETag,X-Request-Id,Retry-After');
      return yoga(request, response);
    };
  }
  const metrics = createMetrics({ catalogueRevision: opened.catalogueRevision, subscriptions: () => 0 });
  const ended = new Batches([metrics.observe, requestLog('json', (lines) => process.stdout.write(lines.join('')))]);
  return httpListener({ ...opened, rateLimit: new RateLimit(1e9, allowanceBooks()), metrics, ended });
}

function hello(replyBytes: number): RequestListener {
  const text = 'x'.repeat(replyBytes - '{"data":{"hello":""}}'.length);
  const field = { type: new GraphQLNonNull(GraphQLString), resolve: () => text };
  const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { hello: field } }) });
  return createYoga({ schema, graphiql: false, landingPage: false });
}
