import type { JsonValue } from '../../json.js';
import { type CorpusRun, knownBefore, saidBefore } from './corpus.js';
import type { Get } from './expr.js';
import { type Instance, slotOf } from './flows.js';
import { placesOf, simplicity, type Target } from './parts.js';
import { byText, isWeak, valueKey } from './values.js';

/** The value of an argument in one occurrence, and whether it is what an earlier result holds. */
export interface Seen {
  readonly run: CorpusRun;
  readonly value: JsonValue;
  readonly holds: boolean;
  /** the place of the call, and of the first of the occurrence */
  readonly at: number;
  readonly first: number;
}

const minShare = 0.5;
const minGroups = 3;

/**
 * Whether an argument is usually what an earlier result holds, and else what a person asks for: it holds in at least half of
 * the task groups, and was mostly not known before there; what differs was known each time.
 */
export function isUsual(all: readonly Seen[]): boolean {
  const groupsOf = (some: readonly Seen[]): number => new Set(some.map(({ run }) => run.group)).size;
  const isKnown = ({ run, value, first }: Seen): boolean => knownBefore(run, value, first);
  const usual = all.filter(({ holds }) => holds);
  const asked = all.filter((one) => !one.holds);
  const needed = groupsOf(usual.filter((one) => !isKnown(one)));
  return (
    groupsOf(usual) >= Math.max(minGroups, groupsOf(all) * minShare) &&
    needed * 2 >= groupsOf(usual) &&
    new Set(usual.map(({ value }) => valueKey(value))).size > 1 &&
    asked.every((one) => isKnown(one) || saidBefore(one.run, one.value, one.at))
  );
}

/** What an argument usually is, where a person may ask for something else; null where there is no such rule. */
export function usualSource(instances: readonly Instance[], target: Target): Get | null {
  const counts = new Map<string, { from: Get; count: number }>();
  if (new Set(instances.map(({ linked }) => linked.run.group)).size < minGroups) return null;
  const seen = instances.flatMap((instance) => {
    const call = instance.calls[target.step]?.[0];
    const slot = slotOf(instance, target);
    if (!call || !slot) return [];
    const holding = new Set<string>();
    for (const from of isWeak(slot.value) ? [] : placesOf(target, instance, slot.value)) {
      const id = JSON.stringify(from);
      holding.add(id);
      counts.set(id, { from, count: (counts.get(id)?.count ?? 0) + 1 });
    }
    const first = Math.min(...instance.calls.flat().map((one) => one.ordinal));
    return [{ run: instance.linked.run, value: slot.value, at: call.ordinal, first, holding }];
  });
  const likely = [...counts]
    .filter(([, { count }]) => count >= seen.length * minShare)
    .sort((a, b) => b[1].count - a[1].count || simplicity(a[1].from) - simplicity(b[1].from) || byText(a[0], b[0]));
  const found = likely.find(([id]) => isUsual(seen.map((one) => ({ ...one, holds: one.holding.has(id) }))));
  return found?.[1].from ?? null;
}
