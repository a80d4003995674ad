import { lintSource } from '@secretlint/core';
import { creator as preset } from '@secretlint/secretlint-rule-preset-recommend';
import { presetKinds, secretRules } from './redact-rules.js';

/** A secret in a text: where it stands and what it is. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** The findings of each text that has any. */
export type Findings = ReadonlyMap<string, readonly Finding[]>;

/** Shorter texts hold no secret that a rule could know by its shape. */
const minLength = 12;

/** Characters that are searched in one go; each call has a fixed cost far above that of a short text. */
const blockSize = 4_000_000;

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

function ownFindings(text: string): Finding[] {
  const found: Finding[] = [];
  for (const rule of secretRules) {
    for (const match of text.matchAll(rule.pattern)) {
      const [start, end] = match.indices?.[1] ?? match.indices?.[0] ?? [match.index, match.index + match[0].length];
      found.push({ start, end, kind: rule.kind });
    }
  }
  return found;
}

const tokenChar = /[A-Za-z0-9_/+=-]/;

/** The preset sometimes ends a match inside a token: what follows up to the token's end belongs to it. */
function toTokenEnd(text: string, end: number): number {
  let at = end;
  while (at < text.length && tokenChar.test(text.charAt(at))) at += 1;
  return at;
}

async function presetFindings(text: string): Promise<Finding[]> {
  const result = await lintSource({
    source: { filePath: 'evidence.txt', content: text, contentType: 'text', ext: '.txt' },
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
  const sorted = [...own, ...kept].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Finding[] = [];
  for (const finding of sorted) {
    const last = merged.at(-1);
    if (last && finding.start < last.end) {
      merged[merged.length - 1] = { ...last, end: Math.max(last.end, finding.end) };
    } else merged.push(finding);
  }
  return merged;
}

async function searchBlock(texts: readonly string[], found: Map<string, readonly Finding[]>): Promise<void> {
  const block = texts.join(separator);
  const all = [await presetFindings(block), ownFindings(block)] as const;
  if (all[0].length === 0 && all[1].length === 0) return;
  const starts: number[] = [];
  let at = 0;
  for (const text of texts) {
    starts.push(at);
    at += text.length + separator.length;
  }
  const touched = new Set<number>();
  for (const finding of all.flat()) {
    for (let index = lastAtOrBefore(starts, finding.start); index < texts.length; index += 1) {
      if ((starts[index] ?? 0) >= finding.end) break;
      touched.add(index);
    }
  }
  // Each text with a finding is searched again by itself, so that what stood beside it in the block cannot matter.
  for (const index of touched) {
    const text = texts[index] ?? '';
    const findings = combine(ownFindings(text), await presetFindings(text));
    if (findings.length > 0) found.set(text, findings);
  }
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

/** Searches texts for secrets, many in one go. What is found in a text depends on that text alone. */
export async function findSecrets(texts: Iterable<string>): Promise<Findings> {
  const found = new Map<string, readonly Finding[]>();
  let block: string[] = [];
  let size = 0;
  for (const text of new Set(texts)) {
    if (text.length < minLength) continue;
    block.push(text);
    size += text.length;
    if (size < blockSize) continue;
    await searchBlock(block, found);
    block = [];
    size = 0;
  }
  if (block.length > 0) await searchBlock(block, found);
  return found;
}
