import type { Clock } from '../src/context.js';

export interface ProgressParams extends Record<string, unknown> {
  readonly progressToken: string | number;
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}

const everyMs = 1000;

/**
 * Progress for one request: the first at once, then at most one a second. Without a token nothing is sent.
 * The protocol wants the value to grow; a stage that starts again from 0 is shown as a hair more than the last.
 */
export function createProgress(
  token: string | number | undefined,
  clock: Clock,
  send: (params: ProgressParams) => Promise<void>,
): (done: number, total: number | undefined, message: string) => void {
  let sentAt: number | undefined;
  let last = -1;
  return (done, total, message) => {
    if (token === undefined) return;
    const now = clock.elapsed();
    if (sentAt !== undefined && now - sentAt < everyMs) return;
    sentAt = now;
    const progress = done > last ? done : last + 0.001;
    last = progress;
    const known = total !== undefined && total >= progress ? { total } : {};
    // A client that is gone needs no progress; the result goes the same way and reports the trouble.
    send({ progressToken: token, progress, ...known, message }).catch(() => undefined);
  };
}
