#!/usr/bin/env node
// The terminal's command, `npx calc` in a checkout: the same as `npm run -s calc --`, on whatever Node the machine has.
process.argv.splice(2, 0, 'src/cli.ts');
await import('./pinned.mjs');
