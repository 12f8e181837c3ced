import 'server-only';
import { createLauncher } from '@/lib/launch/create-launcher';
import { type Launcher } from '@/lib/launch/launch';
import { stores } from './stores';

/** Starts and restarts runs from the web, exactly as the command line does. */
export async function launcher(): Promise<Launcher> {
  const { env, runStore } = await stores();
  return createLauncher({ env, runStore });
}
