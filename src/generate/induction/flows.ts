import { setImmediate } from 'node:timers/promises';
import { sha256 } from '../../hash.js';
import type { CorpusCall, CorpusRun } from './corpus.js';
import type { SourceLink } from './sources.js';
import { byText, elementsAt, elementValue, splitAtEach, valueAt, valueKey } from './values.js';

/** A run with the possible sources of its arguments. */
export interface LinkedRun {
  readonly run: CorpusRun;
  readonly links: readonly SourceLink[];
}

/** How two steps of a flow hang together: by a source that was seen in several task groups. */
export interface FlowLink {
  readonly from: number;
  readonly to: number;
  readonly link: SourceLink;
}

export interface FlowStep {
  readonly label: string;
  /** called for each element of a list */
  readonly map: boolean;
  /** of a map: for some elements only, by a condition that is looked for when the flow is generalized */
  readonly some?: boolean;
}

/** Where a flow stands in a run: per step the places of its calls. */
export interface Embedding {
  readonly run: number;
  readonly calls: readonly (readonly number[])[];
}

/** One occurrence with its steps in the order of the program. */
export interface Instance {
  readonly linked: LinkedRun;
  readonly calls: readonly (readonly CorpusCall[])[];
}

/** A connected graph of calls, with every place where it was found in the training runs. Steps are in order of growth. */
export interface Flow {
  readonly steps: readonly FlowStep[];
  readonly links: readonly FlowLink[];
  readonly embeddings: readonly Embedding[];
}

export interface MiningLimits {
  /** distinct task groups that a flow must be seen in */
  readonly minGroups: number;
  readonly maxSteps: number;
  /** flows that are kept of each size */
  readonly beam: number;
}

interface Extension {
  readonly step: FlowStep;
  readonly link: FlowLink;
  readonly embeddings: Embedding[];
}

export function groupsOf(runs: readonly LinkedRun[], embeddings: readonly Embedding[]): number {
  return new Set(embeddings.map((one) => runs[one.run]?.run.group)).size;
}

/** The chosen element must be the extreme in this share of the calls whose value is any element of the list. */
const minExtremeShare = 0.9;

/**
 * Ids of links that hold in enough task groups, with more than one value (one value alone is a constant). That an element is
 * the extreme of its list is often chance: it must be so nearly always.
 */
export function frequentLinks(runs: readonly LinkedRun[], minGroups: number): Set<string> {
  const stats = new Map<string, { groups: Set<string>; values: Set<string>; count: number; among: string | null }>();
  for (const { run, links } of runs) {
    for (const link of links) {
      if (link.weak) continue;
      const stat = stats.get(link.id) ?? {
        groups: new Set<string>(),
        values: new Set<string>(),
        count: 0,
        among: link.among,
      };
      stats.set(link.id, stat);
      stat.count += 1;
      if (stat.groups.size < minGroups) stat.groups.add(run.group);
      if (stat.values.size < 2) stat.values.add(link.value);
    }
  }
  const isRule = ({ count, among }: { count: number; among: string | null }): boolean =>
    among === null || count >= (stats.get(among)?.count ?? 0) * minExtremeShare;
  return new Set(
    [...stats]
      .filter(([, stat]) => stat.groups.size >= minGroups && stat.values.size >= 2 && isRule(stat))
      .map(([id]) => id),
  );
}

/** The calls that were made for the elements of a list, and whether every element had its call. Null where the link is no such. */
export function mapCalls(
  linked: LinkedRun,
  link: SourceLink,
  taken: ReadonlySet<number>,
): { calls: number[]; whole: boolean } | null {
  if (link.source.kind !== 'result') return null;
  const { run } = linked;
  const from = run.calls[link.from];
  const to = run.calls[link.to];
  if (!from || !to) return null;
  const { list, rest } = splitAtEach(link.source.path);
  const elements = elementsAt(from.result, list);
  const keys = elements.map((one) => elementValue(one, rest)).map((one) => (one === undefined ? '' : valueKey(one)));
  if (keys.length === 0 || new Set(keys).size < keys.length || valueAt(from.result, list) === undefined) return null;
  const found: number[] = [];
  for (const key of keys) {
    const call = run.calls.find(
      (one) =>
        one.ordinal > from.resultOrdinal &&
        one.label === to.label &&
        !taken.has(one.index) &&
        one.slots.some((slot) => slot.name === link.slot && slot.key === key),
    );
    if (call) found.push(call.index);
  }
  return found.length === 0 ? null : { calls: found, whole: found.length === keys.length };
}

interface RunIndex {
  readonly out: ReadonlyMap<number, readonly SourceLink[]>;
  readonly into: ReadonlyMap<number, readonly SourceLink[]>;
}

function indexRun(linked: LinkedRun, frequent: ReadonlySet<string>): RunIndex {
  const out = new Map<number, SourceLink[]>();
  const into = new Map<number, SourceLink[]>();
  for (const link of linked.links) {
    if (link.weak || !frequent.has(link.id)) continue;
    out.set(link.from, [...(out.get(link.from) ?? []), link]);
    into.set(link.to, [...(into.get(link.to) ?? []), link]);
  }
  for (const links of out.values()) links.sort((a, b) => a.to - b.to || byText(a.id, b.id));
  for (const links of into.values()) links.sort((a, b) => b.from - a.from || byText(a.id, b.id));
  return { out, into };
}

interface Growth {
  readonly runs: readonly LinkedRun[];
  readonly indexes: readonly RunIndex[];
  readonly limits: MiningLimits;
}

/** All ways in which one embedding can be extended by a call, or by the calls of a map. */
function extensionsOf(
  flow: Flow,
  embedding: Embedding,
  growth: Growth,
  add: (key: string, one: Extension) => void,
): void {
  const linked = growth.runs[embedding.run];
  const index = growth.indexes[embedding.run];
  if (!linked || !index) return;
  const stepOfCall = new Map(embedding.calls.flatMap((calls, step) => calls.map((call) => [call, step] as const)));
  const taken = new Set(stepOfCall.keys());
  const grown = (calls: readonly number[]): Embedding => ({ run: embedding.run, calls: [...embedding.calls, calls] });
  const next = flow.steps.length;
  for (const [step, calls] of embedding.calls.entries()) {
    const call = calls[0];
    if (call === undefined || flow.steps[step]?.map) continue;
    for (const link of index.out.get(call) ?? []) {
      const label = linked.run.calls[link.to]?.label ?? '';
      if (stepOfCall.has(link.to)) continue;
      add(`${step}>${link.id}`, {
        step: { label, map: false },
        link: { from: step, to: next, link },
        embeddings: [grown([link.to])],
      });
      if (!link.each) continue;
      const each = mapCalls(linked, link, taken);
      if (!each) continue;
      const made = { link: { from: step, to: next, link }, embeddings: [grown(each.calls)] };
      if (each.whole) add(`${step}*${link.id}`, { ...made, step: { label, map: true } });
      add(`${step}%${link.id}`, { ...made, step: { label, map: true, some: true } });
    }
    for (const link of index.into.get(call) ?? []) {
      if (stepOfCall.has(link.from)) continue;
      const label = linked.run.calls[link.from]?.label ?? '';
      add(`${step}<${link.id}`, {
        step: { label, map: false },
        link: { from: next, to: step, link },
        embeddings: [grown([link.from])],
      });
    }
  }
}

function extend(flow: Flow, growth: Growth): Flow[] {
  const found = new Map<string, { step: FlowStep; link: FlowLink; embeddings: Embedding[]; last: Embedding | null }>();
  for (const embedding of flow.embeddings) {
    extensionsOf(flow, embedding, growth, (key, one) => {
      const known = found.get(key) ?? { ...one, embeddings: [], last: null };
      found.set(key, known);
      // Only the nearest call counts, so that a flow is found once where its beginning stands once.
      if (known.last === embedding) return;
      known.last = embedding;
      known.embeddings.push(...one.embeddings);
    });
  }
  const flows: Flow[] = [];
  for (const one of found.values()) {
    if (groupsOf(growth.runs, one.embeddings) < growth.limits.minGroups) continue;
    if (one.step.map && !hasList(one.embeddings, flow.steps.length)) continue;
    flows.push({
      steps: [...flow.steps, one.step],
      links: [...flow.links, one.link],
      embeddings: one.embeddings,
    });
  }
  return flows;
}

/** A list of one element is no sign of a loop: some list must be longer. */
function hasList(embeddings: readonly Embedding[], step: number): boolean {
  return embeddings.some((one) => (one.calls[step]?.length ?? 0) > 1);
}

/** Two flows with the same calls at the same places are one flow, however they were grown. */
function signature(flow: Flow): string {
  const places = flow.embeddings.map((one) => `${one.run}:${one.calls.flat().sort((a, b) => a - b)}`).sort();
  const kinds = flow.steps.map((one) => `${one.label}${one.map ? '*' : ''}`).sort();
  return sha256(`${kinds.join(';')}|${places.join(';')}`);
}

function weight(flow: Flow): number {
  return flow.embeddings.reduce((sum, one) => sum + one.calls.flat().length, 0);
}

/**
 * Frequent connected graphs of calls, grown a call at a time from frequent links (support is counted in task groups).
 * Calls between that are not connected are passed over. Of each size the heaviest flows are kept.
 */
export async function mineFlows(
  runs: readonly LinkedRun[],
  limits: MiningLimits,
  signal: AbortSignal,
): Promise<Flow[]> {
  const frequent = frequentLinks(runs, limits.minGroups);
  const growth: Growth = { runs, indexes: runs.map((one) => indexRun(one, frequent)), limits };
  const byLabel = new Map<string, Embedding[]>();
  for (const [run, linked] of runs.entries()) {
    for (const call of linked.run.calls) {
      const list = byLabel.get(call.label) ?? [];
      byLabel.set(call.label, list);
      list.push({ run, calls: [[call.index]] });
    }
  }
  let level: Flow[] = [...byLabel]
    .sort((a, b) => byText(a[0], b[0]))
    .map(([label, embeddings]) => ({ steps: [{ label, map: false }], links: [], embeddings }))
    .filter((flow) => groupsOf(runs, flow.embeddings) >= limits.minGroups);
  const found: Flow[] = [];
  const seen = new Set<string>();
  for (let size = 1; size < limits.maxSteps && level.length > 0; size += 1) {
    const grown: Flow[] = [];
    for (const flow of level) {
      signal.throwIfAborted();
      await setImmediate();
      for (const one of extend(flow, growth)) {
        const key = signature(one);
        if (seen.has(key)) continue;
        seen.add(key);
        grown.push(one);
      }
    }
    level = grown.sort((a, b) => weight(b) - weight(a)).slice(0, limits.beam);
    found.push(...level);
  }
  return found;
}
