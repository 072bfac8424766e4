import type { Measurement } from '../../registry/kinds/measurement.ts';

/**
 * Who published a measurement, as far as sources differ from one another by more than chance. The repository of a
 * file, so that all releases of one page are one source; a thread by itself, because others write in the next one; the
 * site of any other page; the citation where there is no page.
 */
export function sourceOf({ source, sources }: Pick<Measurement, 'source' | 'sources'>): string {
  const { url, citation } = sources[source] ?? {};
  if (url === undefined || url === null) return citation ?? source;
  const { hostname, pathname } = new URL(url);
  const [owner, repository, kind, number] = pathname.split('/').filter((part) => part !== '');
  const site = hostname.replace(/^www\./, '');
  if (site !== 'github.com' || owner === undefined || repository === undefined) return site;
  const isThread = kind !== undefined && THREADS.has(kind) && number !== undefined;
  return (isThread ? [owner, repository, kind, number] : [owner, repository]).join('/');
}

const THREADS = new Set(['issues', 'pull', 'discussions']);
