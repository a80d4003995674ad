import { setImmediate } from 'node:timers/promises';
import { type Embedding, type Flow, groupsOf, type LinkedRun, type MiningLimits } from './flows.js';
import { extend, growthOf } from './grow.js';
import { byText } from './values.js';

/** A number of 32 bits whose bits all depend on all of the value's (the finish of MurmurHash3). */
function scrambled(value: number, seed: number): number {
  let bits = value ^ seed;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** The same for the same calls of the same runs, in whatever order: sums, since these flows are too many to be sorted and written out. */
function placesHash(embeddings: readonly Embedding[], seed: number): number {
  let all = 0;
  for (const { run, calls } of embeddings) {
    let here = scrambled(run, seed);
    for (const step of calls) for (const call of step) here = (here + scrambled(call, ~seed)) | 0;
    all = (all + scrambled(here, seed)) | 0;
  }
  return all;
}

/** Two flows with the same calls at the same places are one flow, however they were grown. */
function signature(flow: Flow): string {
  return `${kindsOf(flow)}|${flow.embeddings.length}|${placesHash(flow.embeddings, 1)}|${placesHash(flow.embeddings, 2)}`;
}

function kindsOf(flow: Flow): string {
  const kinds = flow.steps.map((one) => `${one.label}${one.map ? '*' : ''}`);
  return kinds.sort().join(';');
}

function weight(flow: Flow): number {
  return flow.embeddings.reduce((sum, one) => one.calls.reduce((inner, calls) => inner + calls.length, sum), 0);
}

const minBeam = 120;
const beamPerLabel = 3;

/** How many kinds of calls these runs hold: where many tools do many jobs, no job is to crowd out the others. */
export function labelsIn(runs: readonly LinkedRun[]): number {
  return new Set(runs.flatMap(({ run }) => run.calls.map((call) => call.label))).size;
}

/** How far to look for flows in these runs; of each size so many flows are kept for a kind of call. */
export function limitsFor(runs: readonly LinkedRun[], minGroups: number): MiningLimits {
  return { minGroups, maxSteps: 8, beam: Math.max(minBeam, beamPerLabel * labelsIn(runs)) };
}

const maxAlike = 6;

/** The heaviest flows; of those of the same calls only some, so that one family of runs does not crowd out the others. */
function heaviest(flows: readonly Flow[], { beam }: MiningLimits): Flow[] {
  const alike = new Map<string, number>();
  return flows
    .map((flow) => ({ flow, weight: weight(flow) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ flow }) => flow)
    .filter((flow) => {
      const key = kindsOf(flow);
      const seen = (alike.get(key) ?? 0) + 1;
      alike.set(key, seen);
      return seen <= maxAlike;
    })
    .slice(0, beam);
}

/**
 * Frequent connected graphs of calls, grown a call at a time from frequent links (support is counted in task groups).
 * Calls between that are not connected are passed over. Of each size the heaviest flows are kept.
 */
export async function mineFlows(
  runs: readonly LinkedRun[],
  frequent: ReadonlySet<string>,
  { limits, signal }: { readonly limits: MiningLimits; readonly signal: AbortSignal },
): Promise<Flow[]> {
  const growth = growthOf(runs, frequent, limits);
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
    level = heaviest(grown, limits);
    found.push(...level);
  }
  return found;
}
