import { type Context, createContext, Script } from 'node:vm';

/** Answered where the work was stopped. */
export const outOfTime = Symbol('out of time');

let context: Context | undefined;
const script = new Script('run()');

/**
 * Runs our own synchronous code over untrusted data and stops it after `timeoutMs`. The interrupt reaches every frame
 * under the call, of whatever context; only code that keeps no half-done state may be run so.
 */
export function runBounded<T>(work: () => T, timeoutMs: number): T | typeof outOfTime {
  const guard = context ?? createContext(Object.create(null));
  context = guard;
  let result: T | typeof outOfTime = outOfTime;
  const outer = guard['run'];
  guard['run'] = () => {
    result = work();
  };
  try {
    script.runInContext(guard, { timeout: timeoutMs });
  } catch (error) {
    // Not instanceof: the error may be of another realm than ours.
    const stopped = typeof error === 'object' && error !== null && 'code' in error;
    if (stopped && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return outOfTime;
    throw error;
  } finally {
    guard['run'] = outer;
  }
  return result;
}
