import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config';

// Suites that need packages of Python; scripts/interop.mjs runs them where these can be imported.
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({ test: { include: ['interop/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000 } }),
);
