import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import Negotiator from 'negotiator';

export type Encoding = 'br' | 'gzip';

/** Answers shorter than this are sent as they are, in characters: compressing them costs more than it saves. */
const encodedFrom = 1024;

/** A middle level, as proxies use: the best one takes a hundred times longer for a tenth less. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const compress: Readonly<Record<Encoding, (body: string | Buffer) => Promise<Buffer<ArrayBuffer>>>> = {
  br: (body) => promisify(brotliCompress)(body, brotliOptions),
  gzip: (body) => promisify(gzip)(body),
};

/** The second list, which breaks ties, is missing from the types. */
interface EncodingNegotiator {
  encoding(available: readonly string[], preferred: readonly Encoding[]): string | undefined;
}

const all: readonly Encoding[] = ['br', 'gzip'];

/** The encoding that an `Accept-Encoding` header asks for, the earlier of two it likes alike; null for none. */
export function encodingFor(accepted: string | null | undefined, length: number, available = all): Encoding | null {
  if (!accepted || length < encodedFrom) return null;
  const negotiator: unknown = new Negotiator({ headers: { 'accept-encoding': accepted } });
  const chosen = (negotiator as EncodingNegotiator).encoding([...available, 'identity'], available);
  return available.find((encoding) => encoding === chosen) ?? null;
}

/** Compresses off the thread that answers. */
export function encode(body: string | Buffer, encoding: Encoding): Promise<Buffer<ArrayBuffer>> {
  return compress[encoding](body);
}
