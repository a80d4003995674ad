import type { Embedding, Flow, FlowLink, FlowStep, LinkedRun, MiningLimits } from './flows.js';
import { groupsOf } from './flows.js';
import type { SourceLink } from './sources.js';
import { byText, EACH, elementsAt, elementValue, splitAtEach, valueKey } from './values.js';

interface Extension {
  readonly step: FlowStep;
  readonly link: FlowLink;
  readonly embeddings: Embedding[];
}

/** The calls that were made for the elements of a list, and whether every element had its call. Null where the link is no such. */
function mapCalls(
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
  // Where one value stands in several of the lists, it is not a call for every element.
  const lists = link.source.path.filter((one) => one === EACH).length;
  if (keys.length === 0 || (lists < 2 && new Set(keys).size < keys.length)) return null;
  const found: number[] = [];
  for (const key of new Set(keys)) {
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

/** A link with a number in place of its id, which is long. */
interface NumberedLink extends SourceLink {
  readonly number: number;
}

interface RunIndex {
  readonly out: ReadonlyMap<number, readonly NumberedLink[]>;
  readonly into: ReadonlyMap<number, readonly NumberedLink[]>;
}

/** The links of a run that are frequent, by the calls at their ends. */
function indexRun(linked: LinkedRun, numbers: ReadonlyMap<string, number>): RunIndex {
  const out = new Map<number, NumberedLink[]>();
  const into = new Map<number, NumberedLink[]>();
  for (const one of linked.links) {
    const number = numbers.get(one.id);
    if (one.weak || number === undefined) continue;
    const link = { ...one, number };
    out.set(link.from, [...(out.get(link.from) ?? []), link]);
    into.set(link.to, [...(into.get(link.to) ?? []), link]);
  }
  for (const links of out.values()) links.sort((a, b) => a.to - b.to || byText(a.id, b.id));
  for (const links of into.values()) links.sort((a, b) => b.from - a.from || byText(a.id, b.id));
  return { out, into };
}

/** The calls that each use the same value of one of these calls' results; null where one of these has none. */
function alignedCalls(
  calls: readonly number[],
  { id, each, source }: SourceLink,
  index: RunIndex,
  taken: ReadonlySet<number>,
): number[] | null {
  if (each || source.kind !== 'result' || source.change !== null) return null;
  const targets: number[] = [];
  for (const call of calls) {
    const link = index.out.get(call)?.find((one) => one.id === id && !taken.has(one.to) && !targets.includes(one.to));
    if (!link) return null;
    targets.push(link.to);
  }
  return targets;
}

export interface Growth {
  readonly runs: readonly LinkedRun[];
  readonly indexes: readonly RunIndex[];
  readonly limits: MiningLimits;
}

export function growthOf(runs: readonly LinkedRun[], frequent: ReadonlySet<string>, limits: MiningLimits): Growth {
  const numbers = new Map([...frequent].map((id, at) => [id, at]));
  return { runs, indexes: runs.map((one) => indexRun(one, numbers)), limits };
}

type Add = (key: string, one: Extension) => void;

/** Where an embedding may grow: at the calls of one of its steps. */
interface Place {
  readonly linked: LinkedRun;
  readonly index: RunIndex;
  readonly step: number;
  readonly calls: readonly number[];
  readonly call: number;
  readonly taken: ReadonlySet<number>;
  /** the number that the new step has */
  readonly next: number;
  readonly grown: (calls: readonly number[]) => Embedding;
  /** the same for one call; two calls often hang together by many links */
  readonly grownBy: (call: number) => Embedding;
}

function labelOf({ run }: LinkedRun, call: number): string {
  return run.calls[call]?.label ?? '';
}

/** The calls for each element of the lists that the calls of a map gave; null where an element has none. */
function nestedCalls({ linked, calls, taken }: Place, link: SourceLink): number[] | null {
  const found: number[] = [];
  for (const from of calls) {
    const used = new Set([...taken, ...found]);
    const each = mapCalls(linked, { ...link, from }, used);
    if (!each?.whole) return null;
    found.push(...each.calls);
  }
  return found;
}

/** A call that uses what the calls of a map gave together: all that they hold, or what one of them holds. */
function growGathered(place: Place, add: Add): void {
  const { linked, index, step, calls, taken, next, grownBy } = place;
  const links = calls.map((call) => (index.out.get(call) ?? []).filter((one) => !taken.has(one.to) && !one.each));
  const ready = Math.max(...calls.map((call) => linked.run.calls[call]?.resultOrdinal ?? Number.POSITIVE_INFINITY));
  const seen = new Set<number>();
  for (const link of links.flat()) {
    const { number, source, to } = link;
    if (seen.has(number) || (linked.run.calls[to]?.ordinal ?? 0) < ready) continue;
    seen.add(number);
    const holding = links.filter((some) => some.some((one) => one.number === number));
    const isOne = source.kind === 'result' && source.change === null && holding.length === 1;
    const isAll = source.kind === 'member' && holding.length === calls.length;
    if (!isOne && !isAll) continue;
    add(`${step}+${number}`, {
      step: { label: labelOf(linked, to), map: false },
      link: { from: step, to: next, link, gathered: true },
      embeddings: [grownBy(to)],
    });
  }
}

/** The calls that use what the calls of a map gave, one for each, or for each element of the lists in it. */
function growAfterMap(place: Place, add: Add): void {
  const { linked, index, step, calls, call, taken, next, grown } = place;
  growGathered(place, add);
  for (const link of index.out.get(call) ?? []) {
    const inner = link.each && !taken.has(link.to) ? nestedCalls(place, link) : null;
    if (inner) {
      add(`${step}^${link.number}`, {
        step: { label: labelOf(linked, link.to), map: true, nested: true },
        link: { from: step, to: next, link },
        embeddings: [grown(inner)],
      });
    }
    const targets = alignedCalls(calls, link, index, taken);
    if (!targets) continue;
    add(`${step}=${link.number}`, {
      step: { label: labelOf(linked, link.to), map: true, aligned: true },
      link: { from: step, to: next, link },
      embeddings: [grown(targets)],
    });
  }
}

/** A call that uses what a call gave, or the calls for each element of a list in it. */
function growAfter({ linked, index, step, call, taken, next, grown, grownBy }: Place, add: Add): void {
  for (const link of index.out.get(call) ?? []) {
    if (taken.has(link.to) || link.source.kind === 'member') continue;
    const label = labelOf(linked, link.to);
    const tie = { from: step, to: next, link };
    add(`${step}>${link.number}`, { step: { label, map: false }, link: tie, embeddings: [grownBy(link.to)] });
    const each = link.each ? mapCalls(linked, link, taken) : null;
    if (!each) continue;
    const embeddings = [grown(each.calls)];
    if (each.whole) add(`${step}*${link.number}`, { step: { label, map: true }, link: tie, embeddings });
    add(`${step}%${link.number}`, { step: { label, map: true, some: true }, link: tie, embeddings });
  }
}

/** A call that gave what a call uses. */
function growBefore({ linked, index, step, call, taken, next, grownBy }: Place, add: Add): void {
  for (const link of index.into.get(call) ?? []) {
    if (taken.has(link.from) || link.source.kind === 'member') continue;
    add(`${step}<${link.number}`, {
      step: { label: labelOf(linked, link.from), map: false },
      link: { from: next, to: step, link },
      embeddings: [grownBy(link.from)],
    });
  }
}

/** All ways in which one embedding can be extended by a call, or by the calls of a map. */
function extensionsOf(flow: Flow, embedding: Embedding, growth: Growth, add: Add): void {
  const linked = growth.runs[embedding.run];
  const index = growth.indexes[embedding.run];
  if (!linked || !index) return;
  const taken = new Set(embedding.calls.flat());
  const grown = (calls: readonly number[]): Embedding => ({ run: embedding.run, calls: [...embedding.calls, calls] });
  const single = new Map<number, Embedding>();
  const grownBy = (call: number): Embedding => {
    const one = single.get(call) ?? grown([call]);
    single.set(call, one);
    return one;
  };
  for (const [step, calls] of embedding.calls.entries()) {
    const [call] = calls;
    if (call === undefined) continue;
    const place: Place = { linked, index, step, calls, call, taken, next: flow.steps.length, grown, grownBy };
    if (flow.steps[step]?.map) {
      growAfterMap(place, add);
      continue;
    }
    growAfter(place, add);
    growBefore(place, add);
  }
}

export function extend(flow: Flow, growth: Growth): Flow[] {
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
