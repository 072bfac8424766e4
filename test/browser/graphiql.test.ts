import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphiqlTabs } from '../../src/server/graphiqlTabs.ts';
import { type RunningServer, startServer, temporaryFolder } from '../server/serverProcess.ts';
import { launchChromium } from './chromium.ts';

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
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
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
    expect(titles.map((title) => title.trim())).toEqual(graphiqlTabs.map(({ title }) => title));
    expect(await page.locator('.graphiql-tab-active').innerText()).toContain('Example');
  });

  test.each(graphiqlTabs.map(({ title, headers }) => [title, headers === undefined ? 'query' : 'mutation']))(
    '%s is answered',
    async (title = '', operation = '') => {
      await openTab(title, operation);
      const answered = page.waitForResponse((response) =>
        (response.request().postData() ?? '').includes(`${operation} ${title}`),
      );
      await page.locator('.graphiql-execute-button').click();
      const reply = (await (await answered).json()) as { data?: Record<string, unknown>; errors?: unknown };
      expect(reply.errors).toBeUndefined();

      const [firstField = ''] = Object.keys(reply.data ?? {});
      const response = page.locator('.graphiql-response');
      await response.getByText(`"${firstField}"`).first().waitFor();
      expect(await response.innerText()).not.toContain('"errors"');
    },
  );

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

/** A tab is ready when the editor shows its query and GraphiQL has read the operation's name, which it puts in the URL. */
async function openTab(title: string, operation: string): Promise<void> {
  const tab = page.locator('.graphiql-tab', { hasText: title });
  const isOpen = (await tab.getAttribute('aria-selected')) === 'true';
  await tab.click();
  await page.getByText(`${operation} ${title}`).first().waitFor();
  if (isOpen) return;
  await page.waitForFunction(
    (start) => new URL(location.href).searchParams.get('query')?.includes(start),
    `${operation} ${title}`,
  );
}
