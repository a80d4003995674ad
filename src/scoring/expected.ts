import { effectOfName } from '../bridge/effects.js';
import type { EvidenceRecord, Run } from '../evidence/model.js';
import type { RecordedCall } from '../evidence/trace.js';
import { canonicalJson, type JsonValue } from '../json.js';
import { plural } from '../plural.js';
import { handsOver } from './markers.js';
import type { ScoreReason } from './model.js';
import { reasonOf } from './reason.js';

/** What the comparison of a run with its task says; `met` only where nothing is open. */
export interface Expected {
  readonly met: boolean;
  readonly reasons: readonly ScoreReason[];
}

interface Wanted {
  readonly name: string;
  readonly arguments: { readonly [key: string]: JsonValue };
}

/** A hand-over is compared by its name alone: the summary that goes with it is the agent's own words. */
function keyOf(name: string, args: unknown): string {
  return handsOver.test(name) ? name : `${name} ${canonicalJson(args)}`;
}

const wantedKey = (one: Wanted): string => keyOf(one.name, one.arguments);
const callKey = (call: RecordedCall): string | null => (call.args === null ? null : keyOf(call.tool, call.args));
const mayChange = (name: string): boolean => effectOfName(name) !== 'reads';

/** Which of the wanted actions no call answers, and which calls nothing wanted: each call answers one. */
function compare(
  wanted: readonly Wanted[],
  made: readonly RecordedCall[],
): { missing: Wanted[]; extra: RecordedCall[] } {
  const extra = [...made];
  const missing = wanted.filter((one) => {
    const at = extra.findIndex((call) => callKey(call) === wantedKey(one));
    if (at >= 0) extra.splice(at, 1);
    return at < 0;
  });
  return { missing, extra };
}

const plain = (text: string): string => text.replaceAll(',', '').toLowerCase();

/** Whether a text stands in another one as whole words; thousands may be set apart by commas. */
function isSaid(output: string, texts: readonly string[]): boolean {
  const wanted = plain(output).trim();
  if (wanted === '') return true;
  const isWordlike = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}]/u.test(char);
  return texts.some((text) => {
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
      if (!isWordlike(text[at - 1]) && !isWordlike(text[at + wanted.length])) return true;
    }
    return false;
  });
}

function unsaid(run: Run, main: readonly EvidenceRecord[]): string[] {
  const texts = main.filter((record) => record.role === 'assistant').map((record) => plain(record.text ?? ''));
  return (run.task?.expected_outputs ?? []).filter((output) => !isSaid(output, texts));
}

const succeeded = (call: RecordedCall): boolean => !call.failed && call.result !== undefined;

/**
 * Compares what a run did with what its task's author wrote down as the actions it calls for. Null where nothing is
 * written down. A task that calls for changes is met where exactly those were made, with the same arguments, and the
 * texts to be said were said; what was read besides leaves no trace and does not count. A task that calls for reading
 * alone is met where all of it was read and nothing was changed. A tool of which the name does not say that it reads
 * is taken to change.
 */
export function compareWithTask(
  run: Run,
  main: readonly EvidenceRecord[],
  calls: readonly RecordedCall[],
): Expected | null {
  const wanted = run.task?.expected_actions ?? [];
  if (wanted.length === 0) return null;
  const changes = wanted.filter((one) => mayChange(one.name));
  const reads = changes.length > 0 ? [] : wanted;
  const made = calls.filter((call) => succeeded(call) && mayChange(call.tool));
  const { missing, extra } = compare(changes, made);
  const read = calls.filter((call) => succeeded(call) && !mayChange(call.tool));
  missing.push(...compare(reads, read).missing);
  const end = main.at(-1);
  const silent = unsaid(run, main).length;
  const reasons: ScoreReason[] = [];
  if (missing.length > 0) {
    const message = `The task calls for what no call did with these arguments and an answer: ${tallyOf(missing.map((one) => one.name))}.`;
    reasons.push(reasonOf('warn', 'expected_action_missing', message, end));
  }
  if (extra.length > 0) {
    const message = `Calls that may have changed something, which the task does not call for: ${tallyOf(extra.map((call) => call.tool))}.`;
    reasons.push(reasonOf('warn', 'unexpected_change', message, extra[0]?.callEvidenceId));
  }
  if (silent > 0) {
    const message = `${plural(silent, 'text')} that the task asks for ${silent === 1 ? 'was' : 'were'} never said.`;
    reasons.push(reasonOf('warn', 'expected_output_missing', message, end));
  }
  if (reasons.length > 0) return { met: false, reasons };
  const last = (changes.length > 0 ? made : read).at(-1);
  const message =
    changes.length > 0
      ? `The run made ${changes.length === 1 ? 'the one change' : `all ${changes.length} changes`} that the task calls for, and no other.`
      : `The run made ${reads.length === 1 ? 'the one look-up' : `all ${reads.length} look-ups`} that the task calls for, and changed nothing.`;
  return { met: true, reasons: [reasonOf('info', 'expected_actions_done', message, last?.resultEvidenceId ?? end)] };
}

/** Names with how often each occurs; their arguments are the log's own words and stay there. */
function tallyOf(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${count} times)`)).join(', ');
}
