import type { CorpusCall } from './corpus.js';
import type { Instance, LinkedRun } from './flows.js';
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

interface KnownLink {
  readonly link: SourceLink;
  /** the same for the same source */
  readonly text: string;
}

// A run's links are asked for in every flow that it is part of.
const linksByTarget = new WeakMap<LinkedRun, ReadonlyMap<string, readonly KnownLink[]>>();

/** The links into one argument of one call of a run. */
function linksInto(linked: LinkedRun, call: CorpusCall, slot: string): readonly KnownLink[] {
  let byTarget = linksByTarget.get(linked);
  if (!byTarget) {
    const found = new Map<string, KnownLink[]>();
    for (const link of linked.links) {
      if (link.source.kind === 'part' || link.source.kind === 'picked' || link.source.kind === 'member') continue;
      const target = `${link.to} ${link.slot}`;
      const list = found.get(target) ?? [];
      found.set(target, list);
      list.push({ link, text: JSON.stringify(link.source) });
    }
    byTarget = found;
    linksByTarget.set(linked, byTarget);
  }
  return byTarget.get(`${call.index} ${slot}`) ?? [];
}

/** The sources that hold for one argument of one call, among the calls of the same occurrence. */
function candidatesOf(instance: Instance, step: number, call: CorpusCall, slot: string): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  for (const { link, text } of linksInto(instance.linked, call, slot)) {
    const from = instance.calls.findIndex(
      (calls, at) => at < step && calls.length === 1 && calls[0]?.index === link.from,
    );
    if (from < 0) continue;
    found.set(`${from} ${text}`, { step: from, link, share: 1 });
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
