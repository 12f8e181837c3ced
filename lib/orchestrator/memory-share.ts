import { totalmem } from 'node:os';

/** Share of the memory that is in use: of the container where it has a limit, of the machine otherwise. */
export function usedMemoryShare(): number {
  const limit = process.constrainedMemory();
  // without a limit the answer is 0, or larger than any machine
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.min(1, Math.max(0, 1 - process.availableMemory() / total));
}
