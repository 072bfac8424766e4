import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphiqlTabs } from '../../src/server/graphiql/tabs.ts';
import { type RunningServer, startServer, temporaryFolder } from '../server/serverProcess.ts';
import { launchChromium } from './chromium.ts';

const tabs = graphiqlTabs();
/** The story of a card of your own begins with the first change. */
const storyStart = tabs.findIndex(({ headers }) => headers !== undefined);

let server: RunningServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const foreignRequests: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ DATABASE_URL: join(temporaryFolder(), 'calculator.db') }),
    launchChromium(),
  ]);
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // The network ends at this server.
  await context.route(
    (url) => url.protocol.startsWith('http') && url.origin !== server.origin,
    (route) => {
      foreignRequests.push(route.request().url());
      return route.abort('internetdisconnected');
    },
  );
  page = await context.newPage();
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${server.origin}/graphql`);
  await page.locator('.graphiql-execute-button').waitFor();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('GraphiQL without a network', () => {
  test('opens with a tab for every ready question, the documented example first', async () => {
    const titles = await page.locator('.graphiql-tab').allInnerTexts();
    expect(titles.map((title) => title.trim())).toEqual(tabs.map(({ title }) => title));
    expect(await page.locator('.graphiql-tab-active').innerText()).toContain('Example');
  });

  test.each(tabs.slice(0, storyStart).map(({ title }) => title))('%s is answered', async (title) => {
    const data = await press(title);
    const [firstField = ''] = Object.keys(data);
    const response = page.locator('.graphiql-response');
    await response.getByText(`"${firstField}"`).first().waitFor();
    expect(await response.innerText()).not.toContain('"errors"');
  });

  test('a change without a key says what it needs', async () => {
    expect(await press('AddCard')).toMatchObject({
      hardwareCreate: { code: 'NOT_AUTHORIZED', message: expect.stringContaining('API key') },
      offerCreate: { code: 'NOT_AUTHORIZED' },
    });
  });

  test('a card, a model and a benchmark of one’s own move an estimate, and are undone', async () => {
    const key = await server.firstKey();
    const change = async (title: string) => {
      await openTab(title);
      await pasteKey(key);
      return press(title);
    };
    const ask = async () => (await press('MyCard')).estimate as MyCard;

    expect(await change('AddCard')).toEqual({
      hardwareCreate: { hardware: { id: 'my-card-48gb', revision: 1 } },
      offerCreate: { offer: { id: 'my-price', name: expect.any(String) } },
    });
    // 28 layers of 100,669,440, one tied embedding of 128,256 × 3,072, one norm: Llama 3.2 3B, as published.
    expect(await change('ImportModel')).toMatchObject({
      modelImport: { model: { id: 'my-model', parameters: { total: 3_212_749_824 } } },
    });
    const before = await ask();
    expect(before.cost?.basis.provider).toBe('My provider');
    expect(before.basis).toMatchObject({ method: 'FITTED', calibration: null });

    expect(await change('RecordBenchmark')).toEqual({ measurementRecord: { measurement: { id: 'my-benchmark' } } });
    const measured = await ask();
    expect(before.latency.timePerOutputTokenMs).not.toBeCloseTo(18, 1);
    expect(measured.latency.timePerOutputTokenMs).toBeCloseTo(18, 9);
    expect(measured.basis).toMatchObject({
      method: 'MEASURED_NEIGHBOUR',
      evidence: expect.stringContaining('one measurement of your own'),
      nearestMeasurement: { differs: [], measurement: { id: 'my-benchmark' } },
      calibration: { measurements: [{ id: 'my-benchmark' }] },
    });

    const undone = await change('Undo');
    expect(Object.values(undone).flatMap((payload) => Object.values(payload as object))).toEqual(
      ['my-benchmark', 'my-price', 'my-model', 'my-card-48gb'].map((id) => ({ id, retired: true })),
    );
    const after = await ask();
    expect(after.latency).toEqual(before.latency);
    expect(after.basis).toEqual(before.basis);
    expect(after.cost).toBeNull();
    expect(before.warnings).toEqual([]);
    expect(after.warnings).toEqual([
      expect.stringMatching(/^My model was retired/),
      expect.stringMatching(/^My card 48 GB was retired/),
    ]);

    const history = (await press('History')).changes as { nodes: { actor: string; action: string; id: string }[] };
    const mine = history.nodes.filter(({ actor }) => actor === 'first').map(({ action, id }) => `${action} ${id}`);
    expect(mine).toEqual([
      ...['my-card-48gb', 'my-model', 'my-price', 'my-benchmark'].map((id) => `RETIRE ${id}`),
      ...['my-benchmark', 'my-model', 'my-price', 'my-card-48gb'].map((id) => `CREATE ${id}`),
    ]);
  }, 60_000);

  test('the page asked no other host for anything', () => {
    expect(foreignRequests).toEqual([]);
  });

  test('the page reported no error', () => {
    expect(complaints).toEqual([]);
  });

  test('the page could not reach another host if it tried', async () => {
    const outcome = await page.evaluate(() => fetch('https://example.com/').then(() => 'reached', String));
    expect(outcome).toContain('Failed to fetch');
    expect(foreignRequests).toEqual([]);
  });
});

interface MyCard {
  latency: { timePerOutputTokenMs: number };
  cost: { basis: { provider: string } } | null;
  basis: object;
  warnings: string[];
}

/** Presses the button of a tab and gives what the page was answered. */
async function press(title: string): Promise<Record<string, unknown>> {
  const operation = await openTab(title);
  const answered = page.waitForResponse((response) => (response.request().postData() ?? '').includes(operation));
  await page.locator('.graphiql-execute-button').click();
  const reply = (await (await answered).json()) as { data?: Record<string, unknown>; errors?: unknown };
  expect(reply.errors).toBeUndefined();
  return reply.data ?? {};
}

/** As a person does it: Headers, select all, paste. Typing would meet the editor's closing of quotes. */
async function pasteKey(key: string): Promise<void> {
  const headers = page.getByRole('region', { name: 'Headers' });
  if (!(await headers.isVisible())) await page.locator('.graphiql-editor-tools [data-name=headers]').click();
  await headers.getByText('PASTE-YOUR-KEY').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.evaluate(
    (text) => navigator.clipboard.writeText(text),
    JSON.stringify({ Authorization: `Bearer ${key}` }),
  );
  await page.keyboard.press('ControlOrMeta+V');
  await headers.getByText(key).waitFor();
}

/**
 * A tab is ready when the editor shows its query and GraphiQL has read the operation's name, which it puts in the URL.
 * Gives the operation's keyword and name.
 */
async function openTab(title: string): Promise<string> {
  const [operation = ''] =
    new RegExp(`^(query|mutation) ${title}\\b`, 'm').exec(
      tabs.find((candidate) => candidate.title === title)?.query ?? '',
    ) ?? [];
  const tab = page.locator('.graphiql-tab', { has: page.getByTitle(title, { exact: true }) });
  // Choosing the open tab again would bring back what it held before the last keystrokes.
  if ((await tab.getAttribute('aria-selected')) === 'true') return operation;
  await tab.click();
  await page.getByText(operation).first().waitFor();
  await page.waitForFunction((start) => new URL(location.href).searchParams.get('query')?.includes(start), operation);
  return operation;
}
