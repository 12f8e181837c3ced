// A Chromium or Chrome for the journeys: named, the system's, Playwright's own, or downloaded by Playwright.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Stop } from './progress.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/snap/bin/chromium'];

export async function findBrowser() {
  const named = process.env.GALLEY_BROWSER;
  if (named) {
    if (existsSync(named)) return named;
    throw new Stop(`GALLEY_BROWSER names ${named}, which does not exist.`);
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = [
    ...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))),
    ...PLACES,
  ].find((file) => existsSync(file));
  return found ?? playwrightBrowser();
}

async function playwrightBrowser() {
  const { chromium } = await import('@playwright/test');
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}
