import { RE2JS } from 're2js';
import { FoundryError } from '../errors.js';
import { hashOf } from '../hash.js';
import type { JsonValue } from '../json.js';
import { isIdentifier, kindByKey, personalRuleSources } from './personal-rules.js';
import type { SearchRules } from './redact-detect.js';
import { RedactionMemory } from './redact-memory.js';
import { namedRules, namedSources } from './redact-named.js';
import { awsSecretName, awsSecretValue, type Finding, secretRules } from './redact-rules.js';
import { type Findings, joinedText, kindUnderKey, searchValues } from './redact-search.js';
import { tokenRules } from './redact-tokens.js';
import { mapValue, type Part, visit } from './redact-walk.js';
import { kindsOf, type RedactionConfig } from './redaction-config.js';

/** Raised when a rule changes what it finds in a way that its source does not show. */
export const redactionVersion = 5;

/** What one kind of text is replaced by, in the order of first appearance within a run. Never stored. */
export interface RunRedactor {
  /** The value with every finding replaced by its placeholder; the same value where there is none. */
  redact(value: JsonValue, findings: Findings): JsonValue;
  /** A redactor that knows the same secrets but whose own new ones leave this one untouched. */
  fork(): RunRedactor;
  /** Whether nothing was found so far: then another one would do as well. */
  readonly isEmpty: boolean;
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

interface Rules extends SearchRules {
  /** what looks like a finding and is to stay */
  stays(text: string, kind: string): boolean;
}

interface Crossing {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly secret: string;
}

const numeric: ReadonlySet<string> = new Set(['PHONE', 'CARD', 'IBAN', 'ADDRESS']);

/** What only shows when the parts are one text: it crosses their border, or what tells of it stands in another part. Lists of values make numbers by chance: not looked at. */
function crossings(parts: readonly Part[], findings: Findings): Crossing[] {
  const joined = joinedText(parts);
  const found = findings.get(joined) ?? [];
  if (found.length === 0) return [];
  let offset = 0;
  const own: Finding[] = [];
  for (const { text } of parts) {
    for (const one of findings.get(text) ?? []) own.push({ ...one, start: one.start + offset, end: one.end + offset });
    offset += text.length;
  }
  return found
    .filter(({ start, end, kind }) => {
      const isOwn = own.some((one) => one.start < end && one.end > start);
      return !isOwn && (parts[0]?.inBlock === true || !numeric.has(kind));
    })
    .map((one) => ({ ...one, secret: joined.slice(one.start, one.end) }));
}

/** The texts of the parts, with what crosses a border moved whole into the part in which it begins. */
function moved(parts: readonly Part[], crossing: readonly Crossing[]): string[] {
  const texts: string[] = [];
  let offset = 0;
  for (const { text } of parts) {
    const end = offset + text.length;
    let made = '';
    for (let at = offset; at < end; ) {
      const inside = crossing.find((one) => one.start <= at && at < one.end);
      if (inside) {
        if (inside.start >= offset) made += inside.secret;
        at = Math.min(end, inside.end);
      } else {
        const next = Math.min(end, ...crossing.flatMap((one) => (one.start > at ? [one.start] : [])));
        made += text.slice(at - offset, next - offset);
        at = next;
      }
    }
    texts.push(made);
    offset = end;
  }
  return texts;
}

function redactorOver(memory: RedactionMemory, rules: Rules): RunRedactor {
  const counts: Record<string, number> = {};
  const count = (kind: string): void => {
    counts[kind] = (counts[kind] ?? 0) + 1;
  };
  const learn = (secret: string, kind: string): void => {
    if (!rules.stays(secret, kind)) memory.learn(secret, kind);
  };
  const learnFrom = (text: string, key: string | null, findings: Findings): void => {
    for (const finding of findings.get(text) ?? []) {
      if (key === null || !isIdentifier(key, text, finding)) {
        learn(text.slice(finding.start, finding.end), finding.kind);
      }
    }
    if (key === null) return;
    const kind = kindUnderKey(key, text, rules);
    if (kind !== null) learn(text, kind);
  };
  return {
    counts,
    get isEmpty() {
      return memory.isEmpty;
    },
    redact(value, findings) {
      if (memory.isEmpty && findings.isClean(value)) return value;
      visit(value, {
        text: (text, key) => learnFrom(text, key, findings),
        number(number, key) {
          const kind = kindByKey(key, String(number), rules.personal);
          if (kind !== null) learn(String(number), kind);
        },
        parts(parts) {
          for (const one of crossings(parts, findings)) learn(one.secret, one.kind);
        },
      });
      if (memory.isEmpty) return value;
      return mapValue(value, {
        text: (text) => memory.replace(text, findings.get(text) ?? [], count),
        number(number) {
          const known = memory.placeholderOf(String(number));
          if (!known) return number;
          count(known.kind);
          return known.placeholder;
        },
        parts: (parts) => {
          const crossing = crossings(parts, findings).filter((one) => memory.has(one.secret));
          return crossing.length === 0 ? parts.map((part) => part.text) : moved(parts, crossing);
        },
      });
    },
    fork: () => redactorOver(memory.copy(), rules),
  };
}

function compile(kind: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    throw new FoundryError(
      'needs_setup',
      `The pattern of redaction.custom for ${kind} cannot be used.`,
      'Correct it in foundry.config.json: look-around and back-references are not supported.',
    );
  }
}

/** The operator's own patterns, on an engine whose time is linear whatever the pattern. */
function customSearch(config: RedactionConfig): SearchRules['custom'] {
  const patterns = (config.custom ?? []).map(({ kind, pattern }) => ({ kind, regex: compile(kind, pattern) }));
  return (text) =>
    patterns.flatMap(({ kind, regex }) => {
      const found: Finding[] = [];
      const matcher = regex.matcher(text);
      while (matcher.find()) {
        const group = matcher.groupCount() > 0 && matcher.start(1) >= 0 ? 1 : 0;
        const [start, end] = [matcher.start(group), matcher.end(group)];
        if (end > start) found.push({ start, end, kind });
      }
      return found;
    });
}

/**
 * The redaction that stands before ids, hashes and the store.
 * @param stays what is left although it was found, beside what the configuration allows
 * @throws FoundryError needs_setup where a pattern of the operator is not one
 */
export function createRedactionPolicy(
  config: RedactionConfig = {},
  stays: Rules['stays'] = () => false,
): RedactionPolicy {
  const personal = kindsOf(config);
  const allow = new Set(config.allow);
  const rules: Rules = {
    personal,
    custom: customSearch(config),
    stays: (text, kind) => allow.has(text) || stays(text, kind),
  };
  const digest = hashOf({
    version: redactionVersion,
    preset: '@secretlint/secretlint-rule-preset-recommend@11.7.1',
    rules: [...secretRules, ...tokenRules, ...namedRules].map(({ pattern }) => pattern.source),
    named: [...namedSources],
    keys: [awsSecretName.source, awsSecretValue.source],
    personal: personalRuleSources(personal),
    custom: (config.custom ?? []).map(({ kind, pattern }) => [kind, pattern]),
    allow: [...allow].sort(),
  });
  return {
    digest,
    search: (values) => searchValues(values, rules),
    runRedactor: () => redactorOver(new RedactionMemory(), rules),
  };
}

/** One text by itself, as labels and names of files are redacted. */
export async function cleanText(policy: RedactionPolicy, text: string): Promise<string> {
  const cleaned = policy.runRedactor().redact(text, await policy.search([text]));
  return typeof cleaned === 'string' ? cleaned : text;
}
