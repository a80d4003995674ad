import { changesTo } from './changes.js';
import type { Expr } from './expr.js';
import { type Instance, resultAt, slotOf } from './flows.js';
import { isNoChance } from './select.js';

const minGroups = 3;

interface Target {
  readonly step: number;
  readonly slot: string;
}

/** What the results of an earlier map give together: a field of each in a list, or added up, or of the extreme one. */
export function gatheredExpr(instances: readonly Instance[], target: Target, maps: readonly number[]): Expr | null {
  const groups = new Set(instances.map(({ linked }) => linked.run.group));
  const keys = new Set(instances.map((one) => slotOf(one, target)?.key));
  if (keys.size < 2 || groups.size < minGroups) return null;
  for (const step of maps) {
    const shared = instances.map((instance) => {
      const wanted = new Set(
        (instance.calls[target.step] ?? []).flatMap(
          (call) => call.slots.find((one) => one.name === target.slot)?.key ?? [],
        ),
      );
      const changes = changesTo(resultAt(instance, step) ?? null, wanted);
      return new Map(changes.map(({ change }) => [JSON.stringify(change), change]));
    });
    const [first, ...rest] = shared;
    const found = [...(first ?? []).values()].filter((change) => {
      // Of two elements one is the least, or the most, in every second case anyway.
      const isExtreme = change.op === 'least' || change.op === 'most';
      return (
        !isExtreme || isNoChance(instances.map((instance) => ({ instance, of: instance.calls[step]?.length ?? 1 })))
      );
    });
    const change = found.find((one) => rest.every((other) => other.has(JSON.stringify(one))));
    if (change) return { kind: 'get', step, path: [], change };
  }
  return null;
}
