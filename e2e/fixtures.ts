import { test as base } from '@playwright/test';
import { createGalleyServer, type GalleyServer } from './galley-server';

export { expect } from '@playwright/test';

/** `galley`: a server of the journey's own. */
export const test = base.extend<{ galley: GalleyServer }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads from this pattern what a fixture needs
  galley: async ({}, provide, testInfo) => {
    const server = await createGalleyServer();
    try {
      await server.start();
      await provide(server);
    } finally {
      if (testInfo.status !== testInfo.expectedStatus) console.log(server.printed());
      await server.dispose();
    }
  },
  baseURL: async ({ galley }, provide) => provide(galley.url),
});
