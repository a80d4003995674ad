import type { JsonValue } from '../../json.js';
import type { Candidate } from './common-sources.js';
import { saidBefore } from './corpus.js';
import type { Instance } from './flows.js';
import { isIdentifier, valueKey } from './values.js';

interface Target {
  readonly step: number;
  readonly slot: string;
}

/** What an argument is in all occurrences. */
export interface SlotValues {
  readonly values: readonly JsonValue[];
  readonly distinct: number;
  readonly groups: number;
  /** true where the calls of one map step differ in it */
  readonly varies: boolean;
}

export function slotValues(instances: readonly Instance[], { step, slot }: Target): SlotValues {
  const values: JsonValue[] = [];
  const groups = new Set<string>();
  let varies = false;
  for (const instance of instances) {
    const here = (instance.calls[step] ?? []).flatMap((call) => call.slots.filter((one) => one.name === slot));
    if (new Set(here.map((one) => one.key)).size > 1) varies = true;
    values.push(...here.map((one) => one.value));
    groups.add(instance.linked.run.group);
  }
  return { values, distinct: new Set(values.map(valueKey)).size, groups: groups.size, varies };
}

/** Whether an identifier is one that these runs were about: it stands in a list of an earlier result, or each person said it. */
export function isOfThose(
  instances: readonly Instance[],
  { step, slot }: Target,
  sources: readonly Candidate[],
): boolean {
  const given = instances.flatMap(({ linked, calls }) =>
    (calls[step] ?? []).flatMap(({ ordinal, slots }) =>
      slots.filter((one) => one.name === slot).map(({ value }) => ({ run: linked.run, value, ordinal })),
    ),
  );
  if (!given.every(({ value }) => isIdentifier(value))) return false;
  return (
    sources.some(({ link }) => link.each) || given.every(({ run, value, ordinal }) => saidBefore(run, value, ordinal))
  );
}
