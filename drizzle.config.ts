import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/registry/tables.ts', './src/registry/views.ts'],
  out: './migrations',
});
