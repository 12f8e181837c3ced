import type { QueryClient } from '@tanstack/react-query';
import type { RunId } from '@/lib/domain/run';
import { browserPorts } from './browser-ports';
import { browserFrames, createLiveCache } from './live-cache';
import { createTabHub, RECIPES_TOPIC, type TabHub } from './tab-hub';

/** One hub per page, since the cache is one per page. */
const hubs = new WeakMap<QueryClient, TabHub>();

/**
 * Keeps the cached queries of `runs` current until the returned function is called. `after` = the store's last event
 * before the page was made: what came since is replayed, so nothing falls between the page and the stream.
 */
export function followRuns(client: QueryClient, runs: readonly RunId[], after: number): () => void {
  return hubOf(client).follow(runs, after);
}

/** Keeps `recipeStampQuery` current until the returned function is called. */
export function followRecipes(client: QueryClient): () => void {
  return hubOf(client).follow([RECIPES_TOPIC], 0);
}

function hubOf(client: QueryClient): TabHub {
  const known = hubs.get(client);
  if (known !== undefined) return known;
  const hub = createTabHub(browserPorts(), createLiveCache(client, browserFrames));
  window.addEventListener('pagehide', () => hub.leave());
  hubs.set(client, hub);
  return hub;
}
