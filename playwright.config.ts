import { defineConfig } from '@playwright/test';
import { findBrowser } from './scripts/find-browser.mjs';

const executablePath = await findBrowser();

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Most journeys wait for a page half of the time; those that train keep a machine of two cores busy by themselves.
  workers: 2,
  projects: [
    { name: 'training', testMatch: 'training/*.e2e.ts', workers: 1 },
    { name: 'pages', testMatch: '*.e2e.ts', testIgnore: 'training/**' },
  ],
  timeout: 300_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  // A journey that needs its second try is listed as flaky: a bug to look into, not a reason to lose a build.
  retries: 1,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 860 },
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath === null ? {} : { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
