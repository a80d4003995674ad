import type { JsonValue } from '../../json.js';
import type { Occurrence } from './match.js';
import { fulfils, type When } from './program.js';
import { byText, scalarsAt } from './values.js';

/** How many task groups the occurrences are of. */
export function groupsIn(occurrences: readonly Occurrence[]): number {
  return new Set(occurrences.map((one) => one.run.group)).size;
}

/** The conditions on what one occurrence saw before a step, by the results of its single calls. */
function conditionsBefore(one: Occurrence, before: number, is: boolean): Map<string, When> {
  const found = new Map<string, When>();
  for (const [step, calls] of one.steps.slice(0, before).entries()) {
    const [call] = calls;
    if (!call || calls.length > 1) continue;
    for (const { path, value } of scalarsAt(call.result)) {
      found.set(JSON.stringify([!is, step, path, value]), { step, path, is, value });
    }
  }
  return found;
}

/**
 * The condition on a result before a step that all occurrences of one sort fulfil and none of the other. Null where there is
 * none, or no occurrence of either sort.
 * @param results of an occurrence, by step, as conditions read them
 */
export function tellingCondition(
  having: readonly Occurrence[],
  lacking: readonly Occurrence[],
  { before, results }: { readonly before: number; readonly results: (one: Occurrence) => readonly JsonValue[] },
): When | null {
  const [with1] = having;
  const [without1] = lacking;
  if (!with1 || !without1) return null;
  const tells = (when: When): boolean =>
    having.every((one) => fulfils(when, results(one))) && !lacking.some((one) => fulfils(when, results(one)));
  const all = [...conditionsBefore(with1, before, true), ...conditionsBefore(without1, before, false)];
  return all.sort((a, b) => byText(a[0], b[0])).find(([, when]) => tells(when))?.[1] ?? null;
}
