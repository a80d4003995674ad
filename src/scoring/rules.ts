import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod';
import type { Config } from '../config.js';
import { FoundryError } from '../errors.js';
import { hashOf } from '../hash.js';
import { tryParseJson } from '../json.js';

/** The file that `scorer_rules` of the configuration names. */
const rulesFileSchema = z.strictObject({
  full_reward: z.number().positive().default(1).describe('a reward of at least this is full'),
  failed_tail: z.int().min(1).default(1).describe('so many failed calls at the end reject a run without an outcome'),
});

/** What the scorer goes by beside the run itself. */
export interface ScorerRules {
  readonly full_reward: number;
  readonly failed_tail: number;
  /** Whether an outcome that a client handed in counts. */
  readonly trust_client_outcomes: boolean;
}

export const defaultRules: ScorerRules = { ...rulesFileSchema.parse({}), trust_client_outcomes: false };

const scorerName = 'deterministic@2';

/** Name of the scorer; rules other than the default ones show in it, so that a change of rules leaves runs unscored. */
export function scorerVersion(rules: ScorerRules): string {
  return hashOf(rules) === hashOf(defaultRules) ? scorerName : `${scorerName}+${hashOf(rules).slice(0, 8)}`;
}

function broken(message: string): FoundryError {
  return new FoundryError(
    'needs_setup',
    message,
    'Correct the file that scorer_rules names, or remove that key from foundry.config.json.',
  );
}

/**
 * The rules in force. A relative `scorer_rules` path is relative to the data folder.
 * @throws FoundryError needs_setup where the file is missing or not valid
 */
export function loadRules(config: Pick<Config, 'home' | 'file'>): ScorerRules {
  const trust = config.file.trust_client_outcomes === true;
  const path = config.file.scorer_rules;
  if (path === undefined) return { ...defaultRules, trust_client_outcomes: trust };
  let text: string;
  try {
    text = readFileSync(isAbsolute(path) ? path : join(config.home, path), 'utf8');
  } catch {
    throw broken('The file with the scorer rules cannot be read.');
  }
  const parsed = rulesFileSchema.safeParse(tryParseJson(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw broken(`The scorer rules are not valid at ${issue?.path.join('.') || 'the top level'}: ${issue?.message}.`);
  }
  return { ...parsed.data, trust_client_outcomes: trust };
}
