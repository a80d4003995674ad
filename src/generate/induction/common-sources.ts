import type { CorpusCall } from './corpus.js';
import type { Instance } from './flows.js';
import type { FlowMap } from './maps.js';
import type { SourceLink } from './sources.js';

export interface Candidate {
  readonly step: number;
  readonly link: SourceLink;
  /** share of the calls that it explains, 0 to 1 */
  readonly share: number;
}

/** A source explains an argument where it holds in this share of the calls; the rest is noise. */
const minShare = 0.85;

function sourceId(one: Candidate): string {
  return JSON.stringify([one.step, one.link.source]);
}

/** The sources that hold for one argument of one call, among the calls of the same occurrence. */
function candidatesOf(instance: Instance, step: number, call: CorpusCall, slot: string): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  for (const link of instance.linked.links) {
    if (link.to !== call.index || link.slot !== slot) continue;
    if (link.source.kind === 'part' || link.source.kind === 'picked') continue;
    const from = instance.calls.findIndex(
      (calls, at) => at < step && calls.length === 1 && calls[0]?.index === link.from,
    );
    if (from < 0) continue;
    const one = { step: from, link, share: 1 };
    found.set(sourceId(one), one);
  }
  return found;
}

/** The sources that hold in all occurrences but for a little noise (in a map: for every call of it). */
export function commonSources(
  { instances, maps }: { readonly instances: readonly Instance[]; readonly maps: readonly (FlowMap | null)[] },
  step: number,
  slot: string,
): Candidate[] {
  const found = new Map<string, { one: Candidate; count: number }>();
  let calls = 0;
  for (const instance of instances) {
    for (const call of instance.calls[step] ?? []) {
      calls += 1;
      for (const [id, one] of candidatesOf(instance, step, call, slot)) {
        const known = found.get(id) ?? { one, count: 0 };
        found.set(id, known);
        known.count += 1;
      }
    }
  }
  return [...found.values()]
    .filter(({ one, count }) => maps[one.step] === null && count >= calls * minShare)
    .map(({ one, count }) => ({ ...one, share: count / calls }));
}

function rank(one: Candidate): (number | string)[] {
  const { source } = one.link;
  if (source.kind !== 'result') return [0, one.step, source.kind === 'argument' ? source.slot : ''];
  const { path, change } = source;
  return [
    change === null ? 1 : 2,
    path.filter((step) => step === 0).length,
    path.length,
    one.step,
    JSON.stringify([path, change]),
  ];
}

export function byRank(a: Candidate, b: Candidate): number {
  const [left, right] = [rank(a), rank(b)];
  for (const [at, one] of left.entries()) {
    const other = right[at] ?? '';
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
