import { readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type * as z from 'zod';
import type { Config } from '../config.js';
import { FoundryError } from '../errors.js';
import { hashOf, sha256 } from '../hash.js';
import { parseWithLines } from '../json-lines.js';
import type { FileRef } from '../receipts/model.js';
import { type Rule, rulesFileSchema } from './rule-file.js';

/** What the scorer goes by beside the run itself. */
export interface ScorerRules {
  readonly full_reward: number;
  readonly failed_tail: number;
  readonly rules: readonly Rule[];
  /** Whether an outcome that a client handed in counts. */
  readonly trust_client_outcomes: boolean;
}

/** Rules in force, and the file that they came from. */
export interface LoadedRules {
  readonly rules: ScorerRules;
  readonly file: FileRef | null;
}

const { schema_version: _version, $schema: _editors, ...defaults } = rulesFileSchema.parse({});
export const defaultRules: ScorerRules = { ...defaults, trust_client_outcomes: false };

const scorerName = 'deterministic@3';
const maxBytes = 256 * 1024;

const digests = new WeakMap<ScorerRules, string>();

/** Digest of what rules say. */
export function rulesDigest(rules: ScorerRules): string {
  const digest = digests.get(rules) ?? hashOf(rules);
  digests.set(rules, digest);
  return digest;
}

/** Name of the scorer; rules other than the default ones show in it, so that a change of rules leaves runs unscored. */
export function scorerVersion(rules: ScorerRules): string {
  const digest = rulesDigest(rules);
  return digest === rulesDigest(defaultRules) ? scorerName : `${scorerName}+${digest.slice(0, 12)}`;
}

function broken(name: string, problem: string): FoundryError {
  return new FoundryError(
    'needs_setup',
    `The scorer rules in ${name} ${problem}.`,
    'docs/scoring.md shows what a rule file holds. Correct the file, or leave --rules and scorer_rules away.',
  );
}

function readRules(path: string): { text: string; name: string } {
  const name = basename(path);
  try {
    if (statSync(path).size > maxBytes) throw broken(name, `are longer than ${maxBytes} bytes`);
    return { text: readFileSync(path, 'utf8'), name };
  } catch (error) {
    if (error instanceof FoundryError) throw error;
    throw broken(name, 'cannot be read');
  }
}

const shownPath = (path: readonly PropertyKey[]): string => path.map(String).join('.') || 'the top level';

type Issue = z.core.$ZodIssue;

/** The fault of the alternative that fits best: of a union, zod tells only that none of them fits. */
function innermost(issue: Issue, path: readonly PropertyKey[] = []): { path: PropertyKey[]; message: string } {
  const here = [...path, ...issue.path];
  if (issue.code === 'unrecognized_keys') return { path: [...here, ...issue.keys.slice(0, 1)], message: issue.message };
  const inner = issue.code === 'invalid_union' ? issue.errors.flat().map((one) => innermost(one, here)) : [];
  const [deepest] = inner.sort((a, b) => b.path.length - a.path.length);
  return deepest ?? { path: here, message: issue.message };
}

/** The rules of a file. @throws FoundryError needs_setup with the line of the first fault */
function parseRules(path: string): { said: Omit<ScorerRules, 'trust_client_outcomes'>; file: FileRef } {
  const { text, name } = readRules(path);
  const read = parseWithLines(text);
  if ('fault' in read) throw broken(name, `are no JSON at line ${read.fault.line}: ${read.fault.problem}`);
  const parsed = rulesFileSchema.safeParse(read.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const { path: place, message } = issue ? innermost(issue) : { path: [], message: 'unknown' };
    throw broken(name, `are not valid at line ${read.lineOf(place)}, ${shownPath(place)}: ${message}`);
  }
  const { schema_version: _, $schema: _editors, ...said } = parsed.data;
  return { said, file: { path: name, sha256: sha256(text), bytes: Buffer.byteLength(text) } };
}

/**
 * The rules in force: those of `--rules`, else of `scorer_rules`. A relative path of the configuration is relative to the
 * data folder.
 * @throws FoundryError needs_setup where the file is missing or not valid
 */
export function loadRules(config: Pick<Config, 'home' | 'file' | 'scorerRules'>): LoadedRules {
  const trust = config.file.trust_client_outcomes === true;
  const path = config.scorerRules ?? config.file.scorer_rules;
  if (path === undefined) return { rules: { ...defaultRules, trust_client_outcomes: trust }, file: null };
  const { said, file } = parseRules(isAbsolute(path) ? path : join(config.home, path));
  return { rules: { ...said, trust_client_outcomes: trust }, file };
}
