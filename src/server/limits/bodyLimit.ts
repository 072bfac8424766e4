import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { WithObserved } from '../observe/observed.ts';

/**
 * Refuses bodies of more than `usualBytes` with 413, unless `largestFor` allows the request more; it is asked only then.
 * A declared length is trusted, because Node reads no more than that; only bodies without one (chunked) are counted.
 * yoga's own limit pipes every body through a counting stream, which costs more than answering the question.
 */
export function bodyLimit(
  usualBytes: number,
  largestFor: (request: Request, context: WithObserved) => Promise<number>,
): Plugin<object, WithObserved> {
  return {
    onRequestParse({ request, serverContext, requestParser, setRequestParser, fetchAPI }) {
      const declared = request.headers.get('content-length');
      if (declared !== null) {
        // At once: every request comes this way.
        if (Number(declared) <= usualBytes) return undefined;
        return largestFor(request, serverContext).then((limitBytes) => {
          if (Number(declared) > limitBytes) throw tooLarge(limitBytes);
        });
      }
      if (requestParser === undefined || request.body === null) return undefined;
      setRequestParser(async ({ url, method, headers, signal, body: stream }) => {
        const limitBytes = await largestFor(request, serverContext);
        const body = stream === null ? null : await readUpTo(stream, limitBytes);
        return requestParser(new fetchAPI.Request(url, { method, headers, signal, body }));
      });
      return undefined;
    },
  };
}

async function readUpTo(stream: ReadableStream<Uint8Array>, limitBytes: number): Promise<string> {
  // Read by hand: leaving a `for await` would close the connection before the refusal is sent.
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.byteLength;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    chunks.push(read.value);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(limitBytes: number): GraphQLError {
  const message = `The request is longer than ${limitBytes.toLocaleString('en-US')} bytes.`;
  return new GraphQLError(message, { extensions: { code: 'REQUEST_ENTITY_TOO_LARGE', http: { status: 413 } } });
}
