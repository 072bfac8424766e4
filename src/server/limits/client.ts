import type { IncomingMessage } from 'node:http';
import proxyAddress from 'proxy-addr';

/**
 * The address a request comes from. Behind `trustedProxies` proxies it is what the outermost of them wrote down; anybody
 * can write an X-Forwarded-For header, so without trusted proxies it is the connection's own address.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  if (trustedProxies === 0) return request.socket.remoteAddress ?? 'unknown';
  return proxyAddress(request, (_address, hop) => hop < trustedProxies);
}

/** What limits count by: an IPv4 address, or the 64 leading bits of an IPv6 one, which is what one subscriber gets whole. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    while (groups.length + last.length < 8) groups.push('0');
    groups.push(...last);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
