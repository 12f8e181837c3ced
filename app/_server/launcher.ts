import 'server-only';
import { createLauncher } from '@/lib/launch/create-launcher';
import type { Launcher } from '@/lib/launch/launch';
import { stores } from './stores';

declare global {
  /** One for the process: it is what makes a double click wait for its first half. */
  var galleyLauncher: Promise<Launcher> | undefined;
}

/** Starts and restarts runs from the web, exactly as the command line does. */
export function launcher(): Promise<Launcher> {
  return (globalThis.galleyLauncher ??= openLauncher());
}

async function openLauncher(): Promise<Launcher> {
  try {
    const { env, runStore } = await stores();
    return createLauncher({ env, runStore });
  } catch (error) {
    // The next who asks tries again.
    globalThis.galleyLauncher = undefined;
    throw error;
  }
}
