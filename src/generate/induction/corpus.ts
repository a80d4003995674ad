import type { RunTrace } from '../../evidence/model.js';
import { recordedCalls } from '../../evidence/trace.js';
import { sha256 } from '../../hash.js';
import type { JsonObject, JsonValue } from '../../json.js';
import type { ScoredRun } from '../../scoring/model.js';
import { markedByRun } from './placeholders.js';
import { toldBefore } from './told.js';
import { byText, leavesOf, type Slot, slotsOf, valueKey } from './values.js';
import { writtenForms } from './written-forms.js';

/** A call that succeeded and whose arguments and result are known: the only kind that is learnt from. */
export interface CorpusCall {
  /** place in `CorpusRun.calls` */
  readonly index: number;
  readonly tool: string;
  /** the tool with the names of its arguments: calls of one label have one shape */
  readonly label: string;
  readonly slots: readonly Slot[];
  readonly args: JsonObject;
  readonly result: JsonValue;
  readonly ordinal: number;
  readonly resultOrdinal: number;
  /** how many user turns came before */
  readonly turn: number;
  readonly evidenceId: string;
}

interface Text {
  readonly ordinal: number;
  readonly text: string;
  readonly byUser: boolean;
  /** of a person's words, the same in small letters */
  readonly lower: string | null;
}

export interface CorpusRun {
  readonly runId: string;
  /** runs of one task are one group: they are trained on, or held out, together */
  readonly group: string;
  readonly calls: readonly CorpusCall[];
  /** the tools of all calls, failed ones too */
  readonly tools: readonly string[];
  /** what could be read in the run, by the user's hand or in results, in order */
  readonly texts: readonly Text[];
  /** place at which a value first stood in a result */
  readonly firstSeen: ReadonlyMap<string, number>;
  /** what was asked for: what the user first said, and the prose in what the first call gave (a ticket, a message) */
  readonly request: string;
}

function seenIn(calls: readonly CorpusCall[]): Map<string, number> {
  const seen = new Map<string, number>();
  for (const call of calls) {
    for (const leaf of leavesOf(call.result)) {
      const key = valueKey(leaf);
      if (!seen.has(key)) seen.set(key, call.resultOrdinal);
    }
  }
  return seen;
}

/** Texts in the result of a call that are more than a name or an address: three words in small letters. */
function proseOf(call: CorpusCall | undefined): string[] {
  if (!call) return [];
  return leavesOf(call.result).filter(
    (leaf): leaf is string =>
      typeof leaf === 'string' && (leaf.match(/(?<!\S)[a-z]{2,}(?=[\s.,;:!?]|$)/g) ?? []).length >= 3,
  );
}

/** What induction needs of a run. */
export function corpusRun(trace: RunTrace): CorpusRun {
  const turns = trace.records.filter((one) => one.role === 'user' && one.is_human && one.text !== null);
  const marked = markedByRun(trace.run.run_id);
  const said = (ordinal: number, text: string): Text => ({ ordinal, text, byUser: true, lower: text.toLowerCase() });
  const texts = turns.map((one) => said(one.ordinal, marked(one.text ?? '')));
  const calls: CorpusCall[] = [];
  const recorded = recordedCalls(trace);
  for (const call of recorded) {
    if (call.failed || call.args === null || call.result === undefined || call.resultOrdinal === null) continue;
    const [args, result] = [marked(call.args), marked(call.result)];
    const slots = slotsOf(args);
    calls.push({
      index: calls.length,
      tool: call.tool,
      label: `${call.tool}(${slots.map((slot) => slot.name).join(',')})`,
      slots,
      args,
      result,
      ordinal: call.callOrdinal,
      resultOrdinal: call.resultOrdinal,
      turn: turns.filter((one) => one.ordinal < call.callOrdinal).length,
      evidenceId: call.callEvidenceId,
    });
    for (const leaf of leavesOf(result)) {
      if (typeof leaf === 'string' && /\s/.test(leaf))
        texts.push({ ordinal: call.resultOrdinal, text: leaf, byUser: false, lower: null });
    }
  }
  const firstSeen = seenIn(calls);
  // Where nobody's words are in the log, what the agent knew beforehand shows in what it did with it.
  if (turns.length === 0) texts.push(said(-1, toldBefore(calls, firstSeen)));
  return {
    runId: trace.run.run_id,
    group: trace.run.task_id === null ? `run:${trace.run.run_id}` : `task:${trace.run.source}:${trace.run.task_id}`,
    calls,
    tools: recorded.map((call) => call.tool),
    texts: texts.sort((a, b) => a.ordinal - b.ordinal),
    firstSeen,
    request: [marked(turns[0]?.text ?? ''), ...proseOf(calls[0])].join('\n'),
  };
}

/** Runs that were rejected, in order of run id: nothing is learnt from them but where a skill must stop. */
export function rejectedOf(traces: readonly RunTrace[], scores: ReadonlyMap<string, ScoredRun>): CorpusRun[] {
  return traces
    .filter((trace) => scores.get(trace.run.run_id)?.category === 'rejected')
    .map(corpusRun)
    .sort((a, b) => byText(a.runId, b.runId));
}

/** The corpus of accepted runs, in order of run id. A run without an `accepted` score is never let in. */
export function corpusOf(traces: readonly RunTrace[], scores: ReadonlyMap<string, ScoredRun>): CorpusRun[] {
  return traces
    .filter((trace) => scores.get(trace.run.run_id)?.category === 'accepted')
    .map(corpusRun)
    .sort((a, b) => byText(a.runId, b.runId));
}

/** The fold, from 0, of a group: a salted hash, so that it is stable and cannot be guessed from outside. */
export function foldOf(group: string, salt: string, folds: number): number {
  return Number.parseInt(sha256(`${salt}:${group}`).slice(0, 8), 16) % folds;
}

const edge = /[\p{L}\p{N}]/u;

/** Whether a word stands in a text by itself, not within a longer word. */
export function standsIn(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text[at - 1];
    const after = text[at + word.length];
    if ((before === undefined || !edge.test(before)) && (after === undefined || !edge.test(after))) return true;
  }
  return false;
}

/** Whether a text names a value; a person's words may do so in a form that people write it in. */
function names({ text, lower }: Text, leaf: string | number): boolean {
  if (standsIn(text, String(leaf))) return true;
  return lower !== null && typeof leaf === 'string' && writtenForms(leaf).some((form) => standsIn(lower, form));
}

function everyLeaf(value: JsonValue, known: (leaf: string | number) => boolean): boolean {
  const leaves = leavesOf(value);
  // Truth values, nulls and empty texts stand nowhere.
  return (
    leaves.length > 0 &&
    leaves.every((leaf) => leaf !== null && typeof leaf !== 'boolean' && leaf !== '' && known(leaf))
  );
}

/** Whether a value stood in what the agent had seen (results, the user's words) before a place in the run. */
export function knownBefore(run: CorpusRun, value: JsonValue, ordinal: number): boolean {
  return everyLeaf(value, (leaf) => {
    if ((run.firstSeen.get(valueKey(leaf)) ?? Number.POSITIVE_INFINITY) < ordinal) return true;
    return run.texts.some((one) => one.ordinal < ordinal && names(one, leaf));
  });
}

/** Whether a value stood in the user's words before a place in the run. */
export function saidBefore(run: CorpusRun, value: JsonValue, ordinal: number): boolean {
  return everyLeaf(value, (leaf) => run.texts.some((one) => one.byUser && one.ordinal < ordinal && names(one, leaf)));
}
