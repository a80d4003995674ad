import type { JsonValue } from '../json.js';
import type { RedactionPolicy } from './redact.js';
import type { Findings } from './redact-search.js';
import type { RedactionConfig } from './redaction-config.js';

/** A value that is to be kept, without the secrets that stood in it. */
export interface Cleaned<T> {
  readonly value: T;
  /** Kinds of what was taken out, in order of name; empty where nothing was. */
  readonly kinds: readonly string[];
  /** Takes the same secrets out of another value, such as a message that quotes the first. */
  alsoFrom<V extends JsonValue>(other: V): V;
}

/** Keeps secrets out of the store where they come with what a client or a person said rather than with a log. */
export type Clean = <T extends JsonValue>(value: T) => Promise<Cleaned<T>>;

/** Of a value that was not searched. */
const noFindings: Findings = { get: () => undefined, isClean: () => false };

/**
 * The rules are loaded when they are first needed: not every process keeps something.
 * @param config what is looked for beside secrets, and what is left
 * @param stays what is left although it was found
 */
export function createCleaner(config?: RedactionConfig, stays?: (text: string, kind: string) => boolean): Clean {
  let loading: Promise<RedactionPolicy> | undefined;
  return async <T extends JsonValue>(value: T) => {
    loading ??= import('./redact.js').then(({ createRedactionPolicy }) => createRedactionPolicy(config, stays));
    const policy = await loading;
    const redactor = policy.runRedactor();
    // Redaction replaces text by text: the shape stays.
    const cleaned = redactor.redact(value, await policy.search([value])) as T;
    const kinds = Object.keys(redactor.counts).sort();
    return {
      value: cleaned,
      kinds,
      alsoFrom: <V extends JsonValue>(other: V) => redactor.redact(other, noFindings) as V,
    };
  };
}
