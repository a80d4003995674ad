import { hashOf } from '../hash.js';
import type { JsonObject, JsonValue } from '../json.js';
import { parseContainer } from './read/parse.js';
import { type Findings, findSecrets } from './redact-detect.js';
import { awsSecretName, awsSecretValue, secretRules } from './redact-rules.js';

/** JSON inside a string inside JSON: how often that is followed. */
const maxNesting = 4;

/** What one kind of text is replaced by, in the order of first appearance within a run. Never stored. */
export interface RunRedactor {
  /** The value with every secret replaced by its placeholder; the same value where there is none. */
  redact(value: JsonValue, findings: Findings): JsonValue;
  /** A redactor that knows the same secrets but whose own new ones leave this one untouched. */
  fork(): RunRedactor;
  /** Replacements made by this redactor, by kind. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface RedactionPolicy {
  /** Identifies the rules in force: equal digests, equal results. */
  readonly digest: string;
  /** Searches the strings of many values at once; what `redact` needs to know about each of them. */
  search(values: Iterable<JsonValue>): Promise<Findings>;
  runRedactor(): RunRedactor;
}

/** Every string in a value, keys included, in the order in which they stand; JSON in strings is looked into. */
function visitStrings(value: JsonValue, see: (text: string, key: string | null) => void): void {
  const visit = (one: JsonValue, key: string | null, nesting: number): void => {
    if (typeof one === 'string') {
      const inner = nesting < maxNesting ? parseContainer(one) : undefined;
      if (inner === undefined) see(one, key);
      else visit(inner, null, nesting + 1);
    } else if (Array.isArray(one)) {
      for (const item of one) visit(item, key, nesting);
    } else if (typeof one === 'object' && one !== null) {
      for (const [name, item] of Object.entries(one)) {
        see(name, null);
        visit(item, name, nesting);
      }
    }
  };
  visit(value, null, 0);
}

function mapStrings(value: JsonValue, change: (text: string) => string): JsonValue {
  const map = (one: JsonValue, nesting: number): JsonValue => {
    if (typeof one === 'string') {
      const inner = nesting < maxNesting ? parseContainer(one) : undefined;
      if (inner === undefined) return change(one);
      const before = JSON.stringify(inner);
      const after = JSON.stringify(map(inner, nesting + 1));
      return before === after ? one : after;
    }
    if (Array.isArray(one)) return one.map((item) => map(item, nesting));
    if (typeof one !== 'object' || one === null) return one;
    const mapped: JsonObject = {};
    for (const [name, item] of Object.entries(one)) setOwn(mapped, change(name), map(item, nesting));
    return mapped;
  };
  return map(value, 0);
}

/** Plain assignment would call a setter for the name `__proto__`. */
function setOwn(target: JsonObject, name: string, value: JsonValue): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

interface Memory {
  readonly placeholders: Map<string, { placeholder: string; kind: string }>;
  readonly ordinals: Map<string, number>;
}

function redactorOver(memory: Memory, allow: ReadonlySet<string>): RunRedactor {
  const counts: Record<string, number> = {};
  const learn = (secret: string, kind: string): void => {
    if (allow.has(secret) || memory.placeholders.has(secret)) return;
    const ordinal = (memory.ordinals.get(kind) ?? 0) + 1;
    memory.ordinals.set(kind, ordinal);
    memory.placeholders.set(secret, { placeholder: `[${kind}_${ordinal}]`, kind });
  };
  const replace = (text: string): string => {
    let changed = text;
    const longestFirst = [...memory.placeholders].sort((a, b) => b[0].length - a[0].length);
    for (const [secret, { placeholder, kind }] of longestFirst) {
      const parts = changed.split(secret);
      if (parts.length === 1) continue;
      counts[kind] = (counts[kind] ?? 0) + parts.length - 1;
      changed = parts.join(placeholder);
    }
    return changed;
  };
  return {
    counts,
    redact(value, findings) {
      visitStrings(value, (text, key) => {
        for (const finding of findings.get(text) ?? []) learn(text.slice(finding.start, finding.end), finding.kind);
        if (key !== null && awsSecretName.test(key) && awsSecretValue.test(text)) learn(text, 'AWS_SECRET_KEY');
      });
      return memory.placeholders.size === 0 ? value : mapStrings(value, replace);
    },
    fork: () => redactorOver({ placeholders: new Map(memory.placeholders), ordinals: new Map(memory.ordinals) }, allow),
  };
}

/**
 * The redaction that stands before ids, hashes and the store.
 * @param allow texts that look like secrets and are none
 */
export function createRedactionPolicy(allow: readonly string[] = []): RedactionPolicy {
  const allowed = new Set(allow);
  const digest = hashOf({
    version: 1,
    preset: '@secretlint/secretlint-rule-preset-recommend@11.7.1',
    rules: secretRules.map((rule) => [rule.kind, rule.pattern.source]),
    keys: [awsSecretName.source, awsSecretValue.source],
    allow: [...allowed].sort(),
  });
  return {
    digest,
    search(values) {
      const texts = new Set<string>();
      for (const value of values) visitStrings(value, (text) => texts.add(text));
      return findSecrets(texts);
    },
    runRedactor: () => redactorOver({ placeholders: new Map(), ordinals: new Map() }, allowed),
  };
}
