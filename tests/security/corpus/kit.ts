import type { FailureReason } from '../../../src/gate/model.js';
import type { JsonValue } from '../../../src/json.js';

/** How a hostile candidate must end: with one of these reasons, or with exactly this harmless value. */
export interface HostileCandidate {
  readonly name: string;
  readonly code: string;
  readonly ends: { readonly reasons: readonly FailureReason[] } | { readonly value: JsonValue };
}

export const body = (text: string): string =>
  `export async function execute(input: any, ctx: any): Promise<any> { ${text} }`;

export const fails = (name: string, text: string, ...reasons: FailureReason[]): HostileCandidate => ({
  name,
  code: body(text),
  ends: { reasons },
});

export const harmless = (name: string, text: string, value: JsonValue): HostileCandidate => ({
  name,
  code: body(text),
  ends: { value },
});

/** A whole module in place of the body of `execute`. */
export const moduleFails = (name: string, code: string, ...reasons: FailureReason[]): HostileCandidate => ({
  name,
  code,
  ends: { reasons },
});

export const moduleHarmless = (name: string, code: string, value: JsonValue): HostileCandidate => ({
  name,
  code,
  ends: { value },
});

/** An expression that says whether real power was found: it must always be 'dead' or an undefined. */
export const reach = (gadget: string): string =>
  `try { const found = ${gadget}; return found === undefined ? 'dead' : 'alive ' + typeof found; } catch { return 'dead'; }`;
