import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in constant time, so that a wrong guess tells nothing about the secret. */
export function secretMatches(given: string | undefined, secret: string): boolean {
  return timingSafeEqual(digest(given ?? ''), digest(secret));
}

/** Digests have one length, which the comparison needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
