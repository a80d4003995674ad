import { randomUUID } from 'node:crypto';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** One JSON object a line on stderr. Fields never hold secrets or whole argument bodies. */
export interface Logger {
  debug(event: string, fields?: Record<string, unknown>): void;
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
  /** Logs an unexpected error and returns the reference under which it can be found. */
  report(error: unknown, where: string): string;
}

const order: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };
const maxField = 200;

function clip(value: unknown): unknown {
  return typeof value === 'string' && value.length > maxField ? `${value.slice(0, maxField)}...` : value;
}

export function createLogger(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Logger {
  const emit = (at: LogLevel, event: string, fields: Record<string, unknown> = {}, cap = true): void => {
    if (order[at] < order[level]) return;
    const shown = cap ? Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, clip(value)])) : fields;
    write(`${JSON.stringify({ level: at, event, ...shown })}\n`);
  };
  return {
    debug: (event, fields) => emit('debug', event, fields),
    info: (event, fields) => emit('info', event, fields),
    warn: (event, fields) => emit('warn', event, fields),
    error: (event, fields) => emit('error', event, fields),
    report(error, where) {
      const ref = randomUUID().slice(0, 8);
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      emit('error', 'unexpected', { ref, where, stack: stack.slice(0, 4000) }, false);
      return ref;
    },
  };
}

export const silentLogger: Logger = createLogger('silent');
