import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Results } from '../accuracy/results.ts';
import { bestRival, COVERAGE_AIM } from '../accuracy/results.ts';
import { groupBy, type Scored } from '../accuracy/score.ts';

/** Most points drawn of a group: every so-manieth of them, in the order of the measurements. */
const DRAWN_POINTS = 120;
const COLUMNS = 4;
const OURS = '#1f6feb';
const THEIRS = '#9a6700';

/** The plots of the report, by file name. The same results give the same bytes. */
export function plotsOf(results: Results): Map<string, string> {
  return new Map([
    ['predicted-against-measured.svg', predictedAgainstMeasured(results)],
    ['error-by-group.svg', errorByGroup(results)],
    ['coverage.svg', coverage(results)],
  ]);
}

function predictedAgainstMeasured({ groups, bySource }: Results): string {
  const members = groupBy(bySource, ({ point }) => point.group);
  const panels = groups.map(({ group, title, bySource: { count } }, place) => ({
    column: place % COLUMNS,
    row: Math.floor(place / COLUMNS),
    title: `${title} (${count})`,
    points: drawn(members.get(group) ?? []),
  }));
  const dots = panels.flatMap(({ column, row, points }) =>
    points.map(({ point, predicted }) => ({ column, row, measured: point.measured, predicted })),
  );
  return svgOf({
    width: 1100,
    height: 1000,
    marginTop: 30,
    fx: { axis: null },
    fy: { axis: null },
    x: {
      type: 'log',
      label: 'measured, in the unit of the figure (ms, tokens/s, GiB or MiB)',
      tickFormat: plainNumber,
      ticks: 6,
    },
    y: { type: 'log', label: 'predicted, its source left out', tickFormat: plainNumber, ticks: 6 },
    marks: [
      Plot.frame({ stroke: '#d0d7de' }),
      Plot.dot(dots, { x: 'measured', y: 'predicted', fx: 'column', fy: 'row', r: 1.5, fill: OURS, fillOpacity: 0.5 }),
      Plot.link([{ from: 0.02, to: 60_000 }], { x1: 'from', y1: 'from', x2: 'to', y2: 'to', stroke: '#57606a' }),
      Plot.text(panels, { fx: 'column', fy: 'row', text: 'title', frameAnchor: 'top', dy: -12, fontSize: 9 }),
    ],
  });
}

function errorByGroup({ groups }: Results): string {
  const rows = groups.flatMap(({ title, aim, bySource, rivals }) => {
    const best = bestRival(rivals);
    return [
      { title, who: 'this calculator, source left out', low: bySource.median, high: bySource.p90, color: OURS, dy: -3 },
      ...(best === null
        ? []
        : [{ title, who: 'best baseline', low: best.theirs.median, high: best.theirs.p90, color: THEIRS, dy: 4 }]),
      { title, who: 'aim', low: aim.median, high: aim.p90, color: '#1a7f37', dy: 10 },
    ].map((row) => ({ ...row, low: percent(row.low), high: percent(row.high) }));
  });
  const marks = [-3, 4, 10].flatMap((dy) => {
    const line = rows.filter((row) => row.dy === dy);
    return [
      Plot.link(line, { x1: 'low', x2: 'high', y1: 'title', y2: 'title', stroke: 'color', strokeWidth: 2, dy }),
      Plot.dot(line, { x: 'low', y: 'title', fill: 'color', r: 3, dy }),
      Plot.tickX(line, { x: 'high', y: 'title', stroke: 'color', inset: 11, dy }),
    ];
  });
  return svgOf({
    width: 1000,
    height: 640,
    marginLeft: 290,
    x: {
      type: 'log',
      label:
        'error, %: dot = median, end = 90th percentile; blue: ours, source left out, brown: best baseline, green: aim',
      grid: true,
      tickFormat: plainNumber,
    },
    y: { label: null, domain: groups.map(({ title }) => title) },
    marks,
  });
}

function coverage({ groups }: Results): string {
  const rows = groups.flatMap(({ title, bySource: { coverage: share, count } }) =>
    share === null ? [] : [{ title: `${title} (${count})`, percent: 100 * share }],
  );
  const band = { least: 100 * COVERAGE_AIM.least, most: 100 * COVERAGE_AIM.most };
  return svgOf({
    width: 1000,
    height: 400,
    marginLeft: 330,
    x: { domain: [50, 100], label: 'measurements inside their 80 % interval, %; shaded: the aim', grid: true },
    y: { label: null, domain: rows.map(({ title }) => title) },
    marks: [
      Plot.rectX([band], { x1: 'least', x2: 'most', fill: '#1a7f37', fillOpacity: 0.12 }),
      Plot.ruleX([80], { stroke: '#1a7f37' }),
      Plot.dot(rows, { x: 'percent', y: 'title', fill: OURS, r: 5 }),
    ],
  });
}

/** 0.1, 1, 10k: no letters for thousandths. */
function plainNumber(value: number): string {
  return value >= 1000 ? `${value / 1000}k` : String(value);
}

/** Errors of nothing at all are drawn at the edge of a logarithmic axis. */
function percent(fraction: number): number {
  return Math.max(0.05, 100 * fraction);
}

function drawn(members: readonly Scored[]): Scored[] {
  const every = Math.ceil(members.length / DRAWN_POINTS);
  return members.filter(({ predicted }, place) => place % every === 0 && predicted > 0);
}

function svgOf(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const element = Plot.plot({ document: document as unknown as Document, style: { background: 'white' }, ...options });
  element.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  // Positions to a tenth of a pixel: the same picture at a third of the size.
  return `${element.outerHTML.replace(/\d+\.\d{2,}/g, (digits) => String(Number(Number(digits).toFixed(1))))}\n`;
}
