/** A body that is not what the wire format says. The message is for whoever sent it. */
export class WireError extends Error {
  override readonly name = 'WireError';
}
