/** Who is speaking: the command line, an MCP client, or a person who answered an elicitation. */
export type Via = 'cli' | 'mcp' | 'elicited';

/** Where the time comes from; tests pass a fixed one. */
export interface Clock {
  /** ISO 8601 in UTC with milliseconds. */
  now(): string;
  /** Monotonic milliseconds, for durations only. */
  elapsed(): number;
}

export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  elapsed: () => performance.now(),
};

/** A clock that stands still unless told, for tests and reproducible runs. */
export function fixedClock(at = '2026-01-01T00:00:00.000Z'): Clock {
  return { now: () => at, elapsed: () => 0 };
}

/** What long work gets beside its input. Everything that waits listens to `signal`. */
export interface WorkContext {
  readonly signal: AbortSignal;
  readonly via: Via;
  /** A person was asked about the logs that this work reads, and said yes. */
  readonly consented?: boolean | undefined;
  /** `total` is absent while it is not known. Throttling is the receiver's affair. */
  progress(done: number, total: number | undefined, message: string): void;
}

export function plainContext(via: Via = 'cli', signal: AbortSignal = new AbortController().signal): WorkContext {
  return { signal, via, progress: () => undefined };
}
