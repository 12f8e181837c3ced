import { randomBytes } from 'node:crypto';

/** A label may come again after going back to a checkpoint; the name of what a service keeps may not. */
export function uniqueName(label: string): string {
  return `${label.replaceAll(/[^A-Za-z0-9_-]/g, '-')}-${randomBytes(3).toString('hex')}`;
}
