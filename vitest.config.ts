import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // One copy of graphql: its ES and CommonJS builds refuse each other's schemas.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/setup.ts',
    pool: 'forks',
    // Every core, where vitest would leave one idle, and workers that load the project once rather than once a file:
    // together less than half of the time on two cores. Files share a process, so what a test replaces is put back.
    maxWorkers: '100%',
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
