import type { RunTrace } from '../../evidence/model.js';
import { type RecordedCall, recordedCalls } from '../../evidence/trace.js';
import type { JsonValue } from '../../json.js';
import { changeText, pathText } from './change-text.js';
import { type CorpusCall, type CorpusRun, corpusRun, knownBefore, saidBefore } from './corpus.js';
import { markedByRun } from './placeholders.js';
import { findDictionaries, linksOf, type SourceLink } from './sources.js';
import { byText, isEmptyValue, isWeak, type Slot, slotsOf } from './values.js';

interface Support {
  readonly runs: number;
  readonly of: number;
}

interface ResultSource {
  readonly kind: 'result';
  readonly call: number;
  readonly path: string;
  /** what was done to the value that stands at the path, in words */
  readonly change?: string;
}

/** Where the value of an argument may have come from, and in how many of the runs with such a call the same holds. */
export type ArgumentSource = Support &
  (
    | ResultSource
    | { readonly kind: 'argument'; readonly call: number; readonly argument: string }
    | { readonly kind: 'user'; readonly turn: number }
    | { readonly kind: 'constant' }
    /** not as a whole: within a text, or part by part */
    | { readonly kind: 'parts' }
  );

export interface ExplainedArgument {
  readonly name: string;
  readonly value: JsonValue;
  /** the likeliest first; none where the value has no source that the log shows */
  readonly sources: readonly ArgumentSource[];
}

export interface ExplainedCall {
  /** from 1, over all calls of the run */
  readonly number: number;
  readonly tool: string;
  /** how many user turns came before */
  readonly turn: number;
  readonly failed: boolean;
  /** null where the log's arguments could not be read */
  readonly arguments: readonly ExplainedArgument[] | null;
  /** absent where the log holds none */
  readonly result?: JsonValue;
}

export interface ExplainedRun {
  /** what the person said, in order */
  readonly turns: readonly string[];
  readonly calls: readonly ExplainedCall[];
  /** runs that the sources were compared over, this one included */
  readonly compared: number;
}

const maxSources = 4;
const minConstantRuns = 3;
const never = Number.MAX_SAFE_INTEGER;

/** The run with all calls whose arguments are known, failed ones too: these have sources, but are none. */
function wholeRun(trace: RunTrace): CorpusRun {
  const run = corpusRun(trace);
  const marked = markedByRun(trace.run.run_id);
  const turns = trace.records.filter((one) => one.role === 'user' && one.is_human && one.text !== null);
  const calls: CorpusCall[] = recordedCalls(trace).flatMap((call, number): CorpusCall[] => {
    if (call.args === null) return [];
    const args = marked(call.args);
    const slots = slotsOf(args);
    const isGood = !call.failed && call.result !== undefined && call.resultOrdinal !== null;
    return [
      {
        index: number,
        tool: call.tool,
        label: `${call.tool}(${slots.map((slot) => slot.name).join(',')})`,
        slots,
        args,
        result: isGood ? marked(call.result ?? null) : null,
        ordinal: call.callOrdinal,
        resultOrdinal: isGood ? (call.resultOrdinal ?? never) : never,
        turn: turns.filter((one) => one.ordinal < call.callOrdinal).length,
        evidenceId: call.callEvidenceId,
      },
    ];
  });
  // Links name calls by their place in the list.
  // What has no place in the log is nobody's word.
  const texts = run.texts.filter((one) => one.ordinal >= 0);
  return { ...run, texts, calls: calls.map((call, index) => ({ ...call, index })) };
}

const slotId = (call: CorpusCall, slot: Slot): string => JSON.stringify([call.label, slot.name]);

/** What holds over all runs: how often each source holds, and what values an argument has. */
class Comparison {
  readonly #links = new Map<string, Set<number>>();
  readonly #labels = new Map<string, Set<number>>();
  readonly #said = new Map<string, Set<number>>();
  readonly #values = new Map<string, Set<string>>();

  see(run: CorpusRun, links: readonly SourceLink[], at: number): void {
    const note = (counts: Map<string, Set<number>>, key: string): void => {
      const runs = counts.get(key) ?? new Set<number>();
      counts.set(key, runs.add(at));
    };
    for (const link of links) note(this.#links, link.id);
    for (const call of run.calls) {
      note(this.#labels, call.label);
      for (const slot of call.slots) {
        const id = slotId(call, slot);
        const values = this.#values.get(id) ?? new Set<string>();
        this.#values.set(id, values.add(slot.key));
        if (saidBefore(run, slot.value, call.ordinal)) note(this.#said, id);
      }
    }
  }

  of(call: CorpusCall): number {
    return this.#labels.get(call.label)?.size ?? 1;
  }

  holding(link: SourceLink): number {
    return this.#links.get(link.id)?.size ?? 1;
  }

  saying(call: CorpusCall, slot: Slot): number {
    return this.#said.get(slotId(call, slot))?.size ?? 1;
  }

  isConstant(call: CorpusCall, slot: Slot): boolean {
    return this.of(call) >= minConstantRuns && this.#values.get(slotId(call, slot))?.size === 1;
  }
}

/** The turn by which a person had said all of a value. */
function turnOf(run: CorpusRun, value: JsonValue): number {
  const turns = run.texts.filter((one) => one.byUser);
  return turns.findIndex((one) => saidBefore(run, value, one.ordinal + 1)) + 1;
}

interface Ranked {
  readonly source: ArgumentSource;
  readonly isChanged: boolean;
  readonly isWeak: boolean;
}

const kindOrder = ['result', 'argument', 'user', 'constant', 'parts'] as const;

function ranked(a: Ranked, b: Ranked): number {
  const share = ({ runs, of }: ArgumentSource): number => Math.round((runs / of) * 20);
  return (
    share(b.source) - share(a.source) ||
    Number(a.isChanged) - Number(b.isChanged) ||
    Number(a.isWeak) - Number(b.isWeak) ||
    kindOrder.indexOf(a.source.kind) - kindOrder.indexOf(b.source.kind)
  );
}

interface Seen {
  readonly run: CorpusRun;
  readonly links: readonly SourceLink[];
  readonly comparison: Comparison;
  /** a call's number by its place in the run */
  readonly numbers: readonly number[];
}

const plain = { isWeak: false, isChanged: false };

function ofLink({ source, weak }: SourceLink, where: Support & { readonly call: number }): Ranked {
  if (source.kind === 'argument') {
    return { isWeak: weak, isChanged: false, source: { kind: 'argument', argument: source.slot, ...where } };
  }
  const path = pathText(source.path) || 'the whole result';
  if (source.kind !== 'result') {
    const change = source.kind === 'part' ? 'as a part of the text' : 'of some of them, as a list';
    return { isWeak: weak, isChanged: true, source: { kind: 'result', path, change, ...where } };
  }
  const change = source.change === null ? {} : { change: changeText(source.change) };
  return { isWeak: weak, isChanged: source.change !== null, source: { kind: 'result', path, ...change, ...where } };
}

/** Of a list with one element to be joined is no more than the element, with any separator. */
function joinsOne({ source }: SourceLink, { value }: Slot): boolean {
  if (source.kind !== 'result' || source.change?.op !== 'join') return false;
  return typeof value !== 'string' || !value.includes(source.change.separator);
}

function sourcesOf(call: CorpusCall, slot: Slot, seen: Seen): ArgumentSource[] {
  const { run, links, comparison, numbers } = seen;
  const of = comparison.of(call);
  const number = (place: number): number => numbers[place] ?? 0;
  const found: Ranked[] = [];
  const known = new Set<string>();
  for (const link of links) {
    if (link.to !== call.index || link.slot !== slot.name || known.has(link.id) || joinsOne(link, slot)) continue;
    // Of a list each element is said by itself, part by part.
    if (link.source.kind === 'member') continue;
    // The nearest call comes first; the same path into an earlier call of the tool says the same.
    known.add(link.id);
    const where = { call: number(link.from), runs: comparison.holding(link), of };
    found.push(ofLink(link, where));
  }
  if (saidBefore(run, slot.value, call.ordinal)) {
    const turn = turnOf(run, slot.value);
    found.push({
      isWeak: isWeak(slot.value),
      isChanged: false,
      source: { kind: 'user', turn, runs: comparison.saying(call, slot), of },
    });
  }
  if (comparison.isConstant(call, slot)) found.push({ ...plain, source: { kind: 'constant', runs: of, of } });
  if (found.length === 0 && !isEmptyValue(slot.value) && knownBefore(run, slot.value, call.ordinal)) {
    found.push({ ...plain, source: { kind: 'parts', runs: 1, of: 1 } });
  }
  const sources = found.sort(ranked).map((one) => one.source);
  return sources.filter((one) => !isRepeated(one, sources)).slice(0, maxSources);
}

/** The first element is one of all: of these two sources that counts which holds more often, and the first where they are equal. */
function isRepeated(one: ArgumentSource, all: readonly ArgumentSource[]): boolean {
  if (one.kind !== 'result' || one.change !== undefined) return false;
  const isEach = one.path.includes('[each]');
  const each = (path: string): string => path.replace(isEach ? '[each]' : '[0]', '[]');
  return all.some(
    (other) =>
      other.kind === 'result' &&
      other.change === undefined &&
      other.call === one.call &&
      other.path !== one.path &&
      other.path.replace(isEach ? '[0]' : '[each]', '[]') === each(one.path) &&
      (isEach ? other.runs >= one.runs : other.runs > one.runs),
  );
}

/** Without the marks by which placeholders of different runs are told apart. */
function unmarked(value: JsonValue, runId: string): JsonValue {
  const mark = markedByRun(runId)('[X_1]').slice(4, -1);
  return JSON.parse(JSON.stringify(value).replaceAll(`${mark}]`, ']')) as JsonValue;
}

function explained(call: RecordedCall, own: CorpusCall | undefined, seen: Seen): ExplainedCall {
  const { tool, failed, result } = call;
  const base = { number: call.index + 1, tool, turn: own?.turn ?? 0, failed };
  const args = own?.slots.map((slot) => ({
    name: slot.name,
    value: unmarked(slot.value, seen.run.runId),
    sources: sourcesOf(own, slot, seen),
  }));
  return { ...base, arguments: args ?? null, ...(result === undefined ? {} : { result }) };
}

/**
 * Explains where each argument of each call of a run may have come from: a path into an earlier result, an earlier argument, the
 * user's words, or nowhere but that it is always the same. What holds in most of the runs comes first. Pure.
 * @param others runs to compare with; the run itself may be among them
 */
export function explainRun(trace: RunTrace, others: readonly RunTrace[]): ExplainedRun {
  const rest = others.filter((one) => one.run.run_id !== trace.run.run_id);
  const runs = [trace, ...rest].map(wholeRun);
  const dictionaries = findDictionaries(runs);
  const comparison = new Comparison();
  const linked = runs.map((run, at) => {
    const links = linksOf(run, dictionaries);
    comparison.see(run, links, at);
    return { run, links };
  });
  const recorded = recordedCalls(trace);
  const readable = recorded.filter((call) => call.args !== null);
  const [first] = linked;
  if (!first) return { turns: [], calls: [], compared: 0 };
  const seen: Seen = { ...first, comparison, numbers: readable.map((call) => call.index + 1) };
  const turns = trace.records.filter((one) => one.role === 'user' && one.is_human && one.text !== null);
  return {
    turns: turns.sort((a, b) => a.ordinal - b.ordinal).map((one) => one.text ?? ''),
    calls: recorded.map((call) => explained(call, first.run.calls[readable.indexOf(call)], seen)),
    compared: new Set(runs.map((run) => run.runId).sort(byText)).size,
  };
}
