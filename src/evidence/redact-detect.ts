import { lintSource } from '@secretlint/core';
import { creator as preset } from '@secretlint/secretlint-rule-preset-recommend';
import { personalFindings } from './personal-rules.js';
import { decodedViews, mayBeEncoded, type View } from './redact-decode.js';
import { namedRules } from './redact-named.js';
import { type Finding, presetKinds, type SecretRule, secretRules } from './redact-rules.js';
import { tokenRules } from './redact-tokens.js';
import type { PersonalKind } from './redaction-config.js';

/** What is looked for beside secrets. */
export interface SearchRules {
  readonly personal: readonly PersonalKind[];
  /** the operator's own patterns */
  custom(text: string): readonly Finding[];
}

/** Shorter texts hold nothing that a rule could know by its shape. */
const minLength = 6;

/** Characters that are searched in one go; each call has a fixed cost far above that of a short text. */
const blockSize = 4_000_000;

const allRules = [...secretRules, ...tokenRules, ...namedRules];

/** No rule matches across it. */
const separator = '\n\0\n';

const presetId = '@secretlint/secretlint-rule-preset-recommend';
const lintOptions = { config: { rules: [{ id: presetId, rule: preset, options: {} }] } };

function kindOf(messageId: string): string {
  const known = presetKinds[messageId];
  if (known) return known;
  return messageId
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

function ownFindings(text: string, rules: SearchRules): Finding[] {
  const found: Finding[] = [...personalFindings(text, rules.personal), ...rules.custom(text)];
  for (const rule of allRules) {
    for (const [start, end] of matchesOf(rule, text)) {
      const secret = text.slice(start, end);
      if (rule.accepts && !rule.accepts(secret)) continue;
      found.push({ start, end, kind: typeof rule.kind === 'string' ? rule.kind : rule.kind(secret) });
    }
  }
  return found;
}

function* matchesOf({ pattern, within }: SecretRule, text: string): Generator<readonly [number, number]> {
  for (const match of text.matchAll(pattern)) {
    if (within) {
      for (const { index, 0: found } of match[0].matchAll(within)) {
        yield [match.index + index, match.index + index + found.length];
      }
    } else yield match.indices?.[1] ?? match.indices?.[0] ?? [match.index, match.index + match[0].length];
  }
}

const tokenChar = /[A-Za-z0-9_/+=-]/;

/** The preset sometimes ends a match inside a token: what follows up to the token's end belongs to it. */
function toTokenEnd(text: string, end: number): number {
  let at = end;
  while (at < text.length && tokenChar.test(text.charAt(at))) at += 1;
  return at;
}

/** The preset obeys comments that turn it off: no log may do that. Places stay as they are. */
const withoutDirectives = (text: string): string => text.replaceAll('secretlint-', 'secretlint_');

async function presetFindings(text: string): Promise<Finding[]> {
  const result = await lintSource({
    source: { filePath: 'evidence.txt', content: withoutDirectives(text), contentType: 'text', ext: '.txt' },
    options: { ...lintOptions, noPhysicFilePath: true },
  });
  return result.messages.map((message) => ({
    start: message.range[0],
    end: toTokenEnd(text, message.range[1]),
    kind: kindOf(message.messageId),
  }));
}

/** Own findings, and of the preset's those that tell more; where two overlap they become one. */
function combine(own: readonly Finding[], others: readonly Finding[]): Finding[] {
  const kept = others.filter(
    (other) =>
      !own.some((one) => one.start >= other.start && one.end <= other.end && one.kind === other.kind) &&
      !own.some((one) => one.start <= other.start && one.end >= other.end),
  );
  return merged([...own, ...kept]);
}

/** In order of place; where two overlap they become one, of the kind that begins first. */
function merged(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort((a, b) => a.start - b.start || b.end - a.end);
  const apart: Finding[] = [];
  for (const finding of sorted) {
    const last = apart.at(-1);
    if (last && finding.start < last.end) {
      apart[apart.length - 1] = { ...last, end: Math.max(last.end, finding.end) };
    } else apart.push(finding);
  }
  return apart;
}

/** A text that is searched: one that was given, or how a part of it reads when an encoding is undone. */
interface Unit {
  readonly host: string;
  readonly view: View;
}

/** What the preset found in one unit of a block; `null` where a finding goes beyond it, so that it has to be asked again. */
type OfUnit = Finding[] | null;

/** Findings of a block by the number of the unit in which they lie. */
function byUnit(findings: readonly Finding[], starts: readonly number[], units: readonly Unit[]): Map<number, OfUnit> {
  const touched = new Map<number, OfUnit>();
  for (const { start, end, kind } of findings) {
    const first = lastAtOrBefore(starts, start);
    const from = starts[first] ?? 0;
    const within = end <= from + (units[first]?.view.text.length ?? 0);
    for (let index = first; index < units.length && (starts[index] ?? 0) < end; index += 1) {
      const known = touched.get(index);
      if (!within || known === null) touched.set(index, null);
      else if (known) known.push({ start: start - from, end: end - from, kind });
      else touched.set(index, [{ start: start - from, end: end - from, kind }]);
    }
  }
  return touched;
}

async function searchBlock(units: readonly Unit[], rules: SearchRules, found: Map<string, Finding[]>): Promise<void> {
  const block = units.map((unit) => unit.view.text).join(separator);
  const [preset, own] = [await presetFindings(block), ownFindings(block, rules)];
  if (preset.length + own.length === 0) return;
  const starts: number[] = [];
  let at = 0;
  for (const { view } of units) {
    starts.push(at);
    at += view.text.length + separator.length;
  }
  const [presetIn, ownIn] = [byUnit(preset, starts, units), byUnit(own, starts, units)];
  // Each text with a finding is searched again by itself, so that what stood beside it in the block cannot matter. The
  // preset has a fixed cost a text: it is asked again only where a finding of it goes beyond the text.
  for (const index of [...new Set([...presetIn.keys(), ...ownIn.keys()])].sort((a, b) => a - b)) {
    const unit = units[index];
    if (!unit) continue;
    const known = presetIn.get(index);
    const others = known === null ? await presetFindings(unit.view.text) : (known ?? []);
    keep(unit, combine(ownFindings(unit.view.text, rules), others), found);
  }
}

/** Puts findings where they stand in the text that was given. */
function keep({ host, view }: Unit, findings: readonly Finding[], found: Map<string, Finding[]>): void {
  const placed = findings.map(({ start, end, kind }) => {
    const [from, to] = view.place(start, end);
    return { start: from, end: to, kind };
  });
  if (placed.length > 0) found.set(host, merged([...(found.get(host) ?? []), ...placed]));
}

const asItStands = (text: string): View => ({ text, place: (start, end) => [start, end] });

function* unitsOf(host: string): Generator<Unit> {
  yield { host, view: asItStands(host) };
  if (!mayBeEncoded(host)) return;
  for (const view of decodedViews(host)) if (view.text.length >= minLength) yield { host, view };
}

function lastAtOrBefore(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Searches texts, many in one go, and gives the findings of each that has any; they depend on that text alone. */
export async function findSecrets(
  texts: ReadonlySet<string>,
  rules: SearchRules,
): Promise<ReadonlyMap<string, readonly Finding[]>> {
  const found = new Map<string, Finding[]>();
  let block: Unit[] = [];
  let size = 0;
  for (const text of texts) {
    if (text.length < minLength) continue;
    for (const unit of unitsOf(text)) {
      block.push(unit);
      size += unit.view.text.length;
      if (size < blockSize) continue;
      await searchBlock(block, rules, found);
      block = [];
      size = 0;
    }
  }
  if (block.length > 0) await searchBlock(block, rules, found);
  return found;
}
