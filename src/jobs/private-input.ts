import { FoundryError } from '../errors.js';
import { type Clean, createCleaner } from '../evidence/clean.js';
import { isMadeUp } from '../evidence/made-up.js';
import type { RedactionConfig } from '../evidence/redaction-config.js';
import type { JsonObject, JsonValue } from '../json.js';

/** The input of a job as it is worked with and as it is stored. They differ only where something must not be stored. */
export interface PreparedInput {
  readonly full: JsonObject;
  readonly stored: JsonObject;
  /** Takes what was found in the input out of what comes of it, such as a message that quotes it. */
  redact<V extends JsonValue>(value: V): V;
}

const holdsSpecs: ReadonlySet<string> = new Set(['propose_spec', 'generate_and_gate_code']);

/** The preparation of inputs by a configuration. Specs and code may hold personal data that can be nobody's. */
export function createInputPreparer(
  config: RedactionConfig | undefined,
): (kind: string, input: JsonObject) => Promise<PreparedInput> {
  const clean = createCleaner(config);
  const cleanSpec = createCleaner(config, isMadeUp);
  return (kind, input) => prepareInput(kind, input, holdsSpecs.has(kind) ? cleanSpec : clean);
}

/** A changed test or changed code would no longer be what its author meant, so these are refused instead. */
function refuseSecrets(kinds: readonly string[]): never {
  throw new FoundryError(
    'invalid_input',
    `The spec or the code holds what looks like a secret or personal data (${kinds.join(', ')}), and neither is stored.`,
    'Put a made-up value in its place, such as ada@example.com or 415-555-0132. Credentials belong to the configuration of the MCP server that needs them; a text that only looks like one can be allowed under redaction.allow in foundry.config.json.',
  );
}

/**
 * Keeps out of the store what has not passed redaction. Log text that a client hands in, and a path with a secret in it,
 * are kept in memory for their job alone; in everything else what was found is replaced before the work begins.
 * @throws FoundryError invalid_input where a spec or code holds a secret
 */
async function prepareInput(kind: string, input: JsonObject, clean: Clean): Promise<PreparedInput> {
  const { content, ...said } = input;
  const hasText = kind === 'import_evidence' && typeof content === 'string';
  const cleaned = await clean(hasText ? said : input);
  if (cleaned.kinds.length > 0 && holdsSpecs.has(kind)) refuseSecrets(cleaned.kinds);
  const redact = cleaned.alsoFrom;
  if (hasText) {
    const stored = { ...cleaned.value, withheld: 'content', content_chars: content.length };
    return { full: { ...cleaned.value, content }, stored, redact };
  }
  const { path } = input;
  if (typeof path === 'string' && path !== cleaned.value['path']) {
    return { full: { ...cleaned.value, path }, stored: { ...cleaned.value, withheld: 'path' }, redact };
  }
  return { full: cleaned.value, stored: cleaned.value, redact };
}
