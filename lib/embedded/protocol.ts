/** A request whose sender is known to hold the token. */
export type ProtocolRequest = {
  readonly method: string;
  /** Path parts after the protocol's prefix, decoded. */
  readonly path: readonly string[];
  /** Parsed JSON; null without a body. */
  readonly body: unknown;
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
};

/**
 * One language that the service speaks, mounted below its prefix. It parses requests with zod, calls the model registry,
 * and gives the reply's JSON; a `Refusal` becomes the error reply.
 */
export type Protocol = {
  readonly prefix: string;
  handle(request: ProtocolRequest): Promise<unknown>;
};
