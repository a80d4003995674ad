/** The closed list of error codes that clients may see (the contract names them). */
export const errorCodes = [
  'invalid_input',
  'not_found',
  'conflict',
  'path_not_allowed',
  'unsupported_format',
  'needs_setup',
  'upstream',
  'budget_exceeded',
  'sandbox_unavailable',
  'busy',
  'store_too_new',
  'limit',
  'timeout',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * The one error class: what happened, and what to do about it.
 * Its text reaches models and people, so it holds no secret, no stack and no path outside the granted roots.
 */
export class FoundryError extends Error {
  override readonly name = 'FoundryError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Turns anything thrown into a FoundryError; an unknown error becomes `internal` with a reference into the log. */
export function toFoundryError(
  error: unknown,
  where: string,
  report: (error: unknown, where: string) => string,
): FoundryError {
  if (error instanceof FoundryError) return error;
  const ref = report(error, where);
  return new FoundryError(
    'internal',
    `${where} failed on the server (ref ${ref}).`,
    'The arguments were valid; changing them will not help. The log on stderr has the details under that reference.',
    { cause: error },
  );
}

/** Longer messages quote what somebody handed in. */
const maxLine = 2_000;

function asLine(text: string): string {
  const line = text
    .slice(0, 2 * maxLine)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length > maxLine ? `${line.slice(0, maxLine)}...` : line;
}

/** The two lines that a tool error carries: `code: what happened.` and what to do next. */
export function errorText(error: FoundryError): string {
  return `${error.code}: ${asLine(error.message)}\n${asLine(error.fix)}`;
}

/** Throws `cancelled` when the signal has been aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new FoundryError('cancelled', 'The work was cancelled.', 'Start it again; what was finished is kept.');
  }
}
