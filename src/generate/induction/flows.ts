import type { JsonValue } from '../../json.js';
import type { CorpusCall, CorpusRun } from './corpus.js';
import type { SourceLink } from './sources.js';
import type { Slot } from './values.js';

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
  /** what the calls of a map gave together ties them to one later call */
  readonly gathered?: boolean;
}

export interface FlowStep {
  readonly label: string;
  /** called for each element of a list */
  readonly map: boolean;
  /** of a map: for some elements only, by a condition that is looked for when the flow is generalized */
  readonly some?: boolean;
  /** of a map: for each result of another map */
  readonly aligned?: boolean;
  /** of a map: for each element of the lists in the results of another map */
  readonly nested?: boolean;
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
  /** which of the steps are maps */
  readonly maps: readonly boolean[];
}

/** The result of a step, as later steps see it: of a map the list of the results of its calls. */
export function resultAt({ calls, maps }: Instance, step: number): JsonValue | undefined {
  return maps[step] ? calls[step]?.map((call) => call.result) : calls[step]?.[0]?.result;
}

/** An argument of a step in an occurrence, of its first call. */
export function slotOf(
  { calls }: Instance,
  { step, slot }: { readonly step: number; readonly slot: string },
): Slot | undefined {
  return calls[step]?.[0]?.slots.find((one) => one.name === slot);
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

export function groupsOf(runs: readonly LinkedRun[], embeddings: readonly Embedding[]): number {
  return new Set(embeddings.map((one) => runs[one.run]?.run.group)).size;
}

/** The chosen element must be the extreme in this share of the calls whose value is any element of the list. */
const minExtremeShare = 0.9;
/** The first must be among the chosen ones of this share of the lists that any element was chosen of. */
const minFirstShare = 0.6;

interface Stat {
  readonly groups: Set<string>;
  readonly values: Set<string>;
  count: number;
  /** of a list: the results that hold it, as run and call */
  readonly lists: Set<number>;
  readonly among: string | null;
  readonly isFirst: boolean;
  /** from a result, and of an identifier */
  readonly isNamed: boolean;
}

const maxCallsOfRun = 1e6;

/** So many task groups must use one identifier out of a result for it to count as flow, where a log knows no other. */
const minSameGroups = 3;

/**
 * Ids of links that hold in enough task groups, with more than one value (one value alone is a constant, unless it is an
 * identifier: a log may be of one customer only). That an element is the extreme of its list, or the first, is often chance: it
 * must be so nearly always, or mostly.
 */
export function frequentLinks(runs: readonly LinkedRun[], minGroups: number): Set<string> {
  const stats = new Map<string, Stat>();
  for (const [at, { run, links }] of runs.entries()) {
    for (const link of links) {
      if (link.weak) continue;
      const stat = stats.get(link.id) ?? {
        groups: new Set<string>(),
        values: new Set<string>(),
        count: 0,
        lists: new Set<number>(),
        among: link.among,
        isFirst: link.source.kind === 'result' && link.source.change === null,
        isNamed: link.source.kind === 'result' && link.isIdentifier,
      };
      stats.set(link.id, stat);
      stat.count += 1;
      if (link.each || link.among !== null) stat.lists.add(at * maxCallsOfRun + link.from);
      if (stat.groups.size < Math.max(minGroups, minSameGroups)) stat.groups.add(run.group);
      if (stat.values.size < 2) stat.values.add(link.value);
    }
  }
  const isRule = ({ count, lists, among, isFirst }: Stat): boolean => {
    const any = among === null ? undefined : stats.get(among);
    if (!any) return true;
    return isFirst ? lists.size >= any.lists.size * minFirstShare : count >= any.count * minExtremeShare;
  };
  const isFlow = ({ values, groups, isNamed }: Stat): boolean =>
    values.size >= 2 || (isNamed && groups.size >= minSameGroups);
  const found = [...stats].filter(([, stat]) => stat.groups.size >= minGroups && isFlow(stat) && isRule(stat));
  return new Set(found.map(([id]) => id));
}
