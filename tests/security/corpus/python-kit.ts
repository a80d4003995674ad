import type { FailureReason } from '../../../src/gate/model.js';
import type { JsonValue } from '../../../src/json.js';

/** A hostile candidate: how it must end in the bare sandbox, and whether the static stage refuses it before that. */
export interface PythonCandidate {
  readonly name: string;
  readonly code: string;
  readonly ends: { readonly reasons: readonly FailureReason[] } | { readonly value: JsonValue };
  readonly refused: boolean;
}

export const body = (text: string): string => `def execute(input, ctx):\n${text.trim().replace(/^/gm, '    ')}\n`;
export const fails = (name: string, text: string, refused: boolean, ...reasons: FailureReason[]): PythonCandidate => ({
  name,
  code: body(text),
  ends: { reasons },
  refused,
});
export const harmless = (name: string, text: string, refused: boolean, value: JsonValue): PythonCandidate => ({
  name,
  code: body(text),
  ends: { value },
  refused,
});

/** Statements that look for power: the answer must be 'dead' whatever was raised. */
export const reach = (text: string): string =>
  `try:\n${text.trim().replace(/^/gm, '    ')}\nexcept BaseException:\n    return 'dead'`;
