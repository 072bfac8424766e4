import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/registry/storage/tables.ts', './src/registry/storage/views.ts'],
  out: './migrations',
});
