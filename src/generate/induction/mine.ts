import { setImmediate } from 'node:timers/promises';
import { sha256 } from '../../hash.js';
import { type Embedding, type Flow, groupsOf, type LinkedRun, type MiningLimits } from './flows.js';
import { extend, type Growth, indexRun } from './grow.js';
import { byText } from './values.js';

/** Two flows with the same calls at the same places are one flow, however they were grown. */
function signature(flow: Flow): string {
  const places = flow.embeddings.map((one) => `${one.run}:${one.calls.flat().sort((a, b) => a - b)}`).sort();
  return sha256(`${kindsOf(flow)}|${places.join(';')}`);
}

function kindsOf(flow: Flow): string {
  const kinds = flow.steps.map((one) => `${one.label}${one.map ? '*' : ''}`);
  return kinds.sort().join(';');
}

function weight(flow: Flow): number {
  return flow.embeddings.reduce((sum, one) => sum + one.calls.flat().length, 0);
}

const maxAlike = 6;

/** The heaviest flows; of those of the same calls only some, so that one family of runs does not crowd out the others. */
function heaviest(flows: readonly Flow[], { beam }: MiningLimits): Flow[] {
  const alike = new Map<string, number>();
  return [...flows]
    .sort((a, b) => weight(b) - weight(a))
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
    level = heaviest(grown, limits);
    found.push(...level);
  }
  return found;
}
