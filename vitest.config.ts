import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\//, replacement: root },
      { find: 'galley/evaluator', replacement: `${root}lib/evaluators/api.ts` },
      { find: 'server-only', replacement: `${root}lib/testing/empty-module.ts` },
    ],
  },
  test: {
    include: ['{app,components,lib,scripts,recipes}/**/*.test.{ts,tsx}'],
    setupFiles: ['lib/testing/setup.ts'],
    globalSetup: ['lib/testing/migrate-once.ts'],
    testTimeout: 20_000,
  },
});
