/** What the agent need no longer write and see; and the peer: frequent contiguous sequences, every differing literal a parameter. */
import { encode } from 'gpt-tokenizer';
import type { CorpusCall, CorpusRun } from '../src/generate/induction/corpus.js';
import type { Occurrence } from '../src/generate/induction/match.js';
import type { JsonObject, JsonValue } from '../src/json.js';

function tokens(value: JsonValue): number {
  return encode(typeof value === 'string' ? value : JSON.stringify(value)).length;
}

/** Tokens of a call as the agent writes it: its name and its arguments. */
function writtenTokens(call: CorpusCall): number {
  return tokens(call.tool) + tokens(call.args);
}

function total(runs: readonly CorpusRun[], leftOut: ReadonlySet<string>, of: (call: CorpusCall) => number): number {
  return runs.reduce(
    (sum, run) =>
      sum + run.calls.filter((call) => !leftOut.has(call.tool)).reduce((inner, call) => inner + of(call), 0),
    0,
  );
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 1000;
}

/**
 * Shares of the tokens of held-out calls that the occurrences save. Written: a skill's name is taken to be as long as the
 * names of the tools that it stands for, shortest first, so that it is no free gift. Seen: results of all calls but the last.
 */
export function saving(
  runs: readonly CorpusRun[],
  used: readonly Occurrence[],
  leftOut: ReadonlySet<string>,
): { written_saved: number; seen_saved: number } {
  let written = 0;
  let seen = 0;
  for (const one of used) {
    const names = [...new Set(one.calls.map((call) => call.tool))];
    written +=
      one.calls.reduce((sum, call) => sum + writtenTokens(call), 0) -
      tokens(names.join('_and_')) -
      tokens({ ...one.input });
    seen += one.calls.slice(0, -1).reduce((sum, call) => sum + tokens(call.result), 0);
  }
  return {
    written_saved: share(written, total(runs, leftOut, writtenTokens)),
    seen_saved: share(
      seen,
      total(runs, leftOut, (call) => tokens(call.result)),
    ),
  };
}

interface Sequence {
  readonly labels: readonly string[];
  /** per call and argument the literal that was the same in all occurrences; a parameter where there is none */
  readonly constants: readonly ReadonlyMap<string, string>[];
  readonly support: number;
}

const maxLength = 6;
const minGroups = 2;

function windows(run: CorpusRun, length: number): CorpusCall[][] {
  return run.calls
    .slice(0, Math.max(0, run.calls.length - length + 1))
    .map((_, at) => run.calls.slice(at, at + length));
}

function sameTurn(calls: readonly CorpusCall[]): boolean {
  return calls.every((call) => call.turn === calls[0]?.turn);
}

/** Contiguous sequences of calls that stand in at least two tasks, the most written calls first. */
export function peerLibrary(train: readonly CorpusRun[]): Sequence[] {
  const found = new Map<string, { calls: CorpusCall[][]; groups: Set<string> }>();
  for (const run of train) {
    for (let length = 2; length <= maxLength; length += 1) {
      for (const calls of windows(run, length)) {
        if (!sameTurn(calls)) continue;
        const key = JSON.stringify(calls.map((call) => call.label));
        const known = found.get(key) ?? { calls: [], groups: new Set<string>() };
        found.set(key, known);
        known.calls.push(calls);
        known.groups.add(run.group);
      }
    }
  }
  return [...found.values()]
    .filter((one) => one.groups.size >= minGroups)
    .map(({ calls }) => ({
      labels: calls[0]?.map((call) => call.label) ?? [],
      constants: constantsOf(calls),
      support: calls.length,
    }))
    .sort(
      (a, b) =>
        b.labels.length * b.support - a.labels.length * a.support || (a.labels.join() < b.labels.join() ? -1 : 1),
    );
}

function constantsOf(occurrences: readonly (readonly CorpusCall[])[]): Map<string, string>[] {
  const [first] = occurrences;
  return (first ?? []).map((call, at) => {
    const same = call.slots.filter((slot) =>
      occurrences.every((one) => one[at]?.slots.some((other) => other.name === slot.name && other.key === slot.key)),
    );
    return new Map(same.map((slot) => [slot.name, slot.key]));
  });
}

/** Parameters by the names of their arguments, numbered only where two share a name. */
function inputOf(params: readonly CorpusCall['slots'][number][]): JsonObject {
  const input: JsonObject = {};
  for (const slot of params) {
    const name = slot.keys.at(-1) ?? slot.name;
    let free = name;
    for (let at = 2; Object.hasOwn(input, free); at += 1) free = `${name}_${at}`;
    input[free] = slot.value;
  }
  return input;
}

/** The share of written tokens that the peer's sequences save, none sharing a call, no user turn inside. */
export function peerSaving(
  runs: readonly CorpusRun[],
  library: readonly Sequence[],
  leftOut: ReadonlySet<string>,
): number {
  let written = 0;
  const used = new Set<CorpusCall>();
  for (const sequence of library) {
    for (const run of runs) {
      for (const calls of windows(run, sequence.labels.length)) {
        if (!sameTurn(calls) || calls.some((call, at) => used.has(call) || call.label !== sequence.labels[at]))
          continue;
        const fits = calls.every((call, at) =>
          call.slots.every((slot) => (sequence.constants[at]?.get(slot.name) ?? slot.key) === slot.key),
        );
        if (!fits) continue;
        const params = calls.flatMap((call, at) =>
          call.slots.filter((slot) => !sequence.constants[at]?.has(slot.name)),
        );
        const counted = calls.filter((call) => !leftOut.has(call.tool));
        const names = [...new Set(calls.map((call) => call.tool))];
        const before = counted.reduce((sum, call) => sum + writtenTokens(call), 0);
        const saved = before - tokens(names.join('_and_')) - tokens(inputOf(params));
        // Nobody would use it where it costs more than it saves.
        if (saved <= 0) continue;
        written += saved;
        for (const call of calls) used.add(call);
      }
    }
  }
  return share(written, total(runs, leftOut, writtenTokens));
}
