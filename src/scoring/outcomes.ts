import type { Outcome } from '../evidence/model.js';
import { isJsonObject, type JsonValue } from '../json.js';
import type { Category } from './model.js';

/** What one outcome of a log says; `category` is null where it says nothing that a rule can read. */
export interface Verdict {
  readonly category: Category | null;
  readonly marker: string;
  readonly message: string;
}

const goodWords = new Set(
  'accepted approved correct good ok pass passed resolved solved succeeded success successful thumbs_up true yes'.split(
    ' ',
  ),
);
const partWords = new Set('partial partially partially_accepted partially_correct'.split(' '));
const badWords = new Set(
  (
    'aborted agent_error bad cancelled canceled crashed error errored exception fail failed failure false incorrect killed ' +
    'max_steps max_turns no rejected thumbs_down timeout timed_out too_many_errors unresolved unsuccessful'
  ).split(' '),
);

/** That a run came to its end, and not how. */
const endWords = new Set('agent_stop complete completed done end_turn finished stop submitted user_stop'.split(' '));

function wordOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

function saysEnd({ kind, value }: Outcome): boolean {
  return (kind === 'exit' || kind === 'status') && typeof value === 'string' && endWords.has(wordOf(value));
}

function ofWord(text: string): Category | null {
  const word = wordOf(text);
  if (goodWords.has(word)) return 'accepted';
  if (partWords.has(word)) return 'partially_accepted';
  return badWords.has(word) ? 'rejected' : null;
}

function ofShare(value: number, full: number): Category | null {
  if (!Number.isFinite(value)) return null;
  if (value >= full) return 'accepted';
  return value <= 0 ? 'rejected' : 'partially_accepted';
}

/** A person's number is read only on the scale from 0 to 1: of 4 nobody knows whether it is out of 5 or out of 10. */
function ofHumanNumber(value: number): Category | null {
  return value >= 0 && value <= 1 ? ofShare(value, 1) : null;
}

function ofTestCounts(value: { [key: string]: JsonValue }): Category | null {
  const passed = value['passed'];
  const failed = value['failed'] ?? 0;
  if (typeof passed !== 'number' || typeof failed !== 'number' || passed + failed <= 0) return null;
  return ofShare(passed / (passed + failed), 1);
}

function categoryOf(outcome: Outcome, fullReward: number): Category | null {
  const { kind, value } = outcome;
  if (typeof value === 'boolean') return value ? 'accepted' : 'rejected';
  if (isJsonObject(value)) return kind === 'tests' ? ofTestCounts(value) : null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && !Number.isNaN(number)) {
    if (kind === 'exit') return number === 0 ? 'accepted' : 'rejected';
    if (kind === 'human') return ofHumanNumber(number);
    if (kind === 'status') return null;
    return ofShare(number, kind === 'reward' ? fullReward : 1);
  }
  return typeof value === 'string' ? ofWord(value) : null;
}

const endings: Readonly<Record<Category, string>> = {
  accepted: 'full',
  partially_accepted: 'partial',
  rejected: 'zero',
  needs_human_review: 'review',
};

const shown = (value: JsonValue): string => {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
};

/**
 * Reads one outcome. Rewards and shares of passed tests: at least `fullReward` (1) is accepted, 0 or less rejected,
 * between them partially accepted. Booleans and the usual words likewise. Exit code 0 is accepted, any other rejected.
 * Words that only say that a run ended ("completed", "submitted", "user_stop") are no verdict, and nothing is wrong with them.
 */
export function verdictOf(outcome: Outcome, fullReward: number): Verdict {
  const said = `${outcome.grader} gave ${outcome.kind} ${shown(outcome.value)}`;
  const category = categoryOf(outcome, fullReward);
  if (category === null && saysEnd(outcome)) {
    return { category, marker: 'ended', message: `${said}: the run came to its end, which says nothing of how.` };
  }
  if (category === null) {
    return { category, marker: 'outcome_unclear', message: `${said}, which is no verdict that the rules can read.` };
  }
  return { category, marker: `${outcome.kind}_${endings[category]}`, message: `${said}.` };
}
