import type { LinkedRun } from './flows.js';
import { nounOf, plural, snakeCase, unique } from './naming.js';
import type { Argument, Param, Program, Step } from './program.js';
import { byText, type Slot } from './values.js';

/** A call for each element of a list that is a parameter: the loop that an agent makes over things it was told. */
export function listProgram(
  label: string,
  slots: readonly { name: string; keys: readonly string[] }[],
  varying: string,
): Program {
  const tool = label.slice(0, label.lastIndexOf('('));
  const taken = new Set<string>();
  const list = unique(plural(snakeCase(varying.split('.').at(-1) ?? varying)), taken);
  const params: Param[] = [{ name: list, step: 0, slot: varying, role: 'list' }];
  const args = slots.map((slot): Argument => {
    if (slot.name === varying) return { slot: slot.name, keys: slot.keys, expr: { kind: 'item', path: [] } };
    const name = unique(snakeCase(slot.keys.at(-1) ?? slot.name), taken);
    params.push({ name, step: 0, slot: slot.name, role: 'argument' });
    return { slot: slot.name, keys: slot.keys, expr: { kind: 'param', name } };
  });
  const step: Step = {
    tool,
    label,
    name: snakeCase(plural(nounOf(tool).join('_'))),
    over: { kind: 'param', name: list },
    when: null,
    args,
  };
  return { params, steps: [step], links: [], order: [0], sure: [], guard: null };
}

interface Loop {
  readonly label: string;
  readonly slots: readonly Slot[];
  readonly varying: string;
  readonly groups: Set<string>;
  readonly lengths: Set<number>;
}

/**
 * The loops in a corpus: calls of one label between two user turns that differ in one argument only. A loop shows itself by
 * lists of different lengths, in enough task groups.
 */
export function listPrograms(runs: readonly LinkedRun[], minGroups: number): Program[] {
  const loops = new Map<string, Loop>();
  for (const { run } of runs) {
    const here = new Map<string, { loop: Omit<Loop, 'groups' | 'lengths'>; values: Set<string> }>();
    for (const call of run.calls) {
      for (const slot of call.slots) {
        const others = call.slots.filter((one) => one !== slot).map((one) => one.key);
        const key = JSON.stringify([call.label, slot.name, call.turn, others]);
        const seen = here.get(key) ?? {
          loop: { label: call.label, slots: call.slots, varying: slot.name },
          values: new Set<string>(),
        };
        here.set(key, seen);
        seen.values.add(slot.key);
      }
    }
    for (const { loop, values } of here.values()) {
      if (values.size < 2) continue;
      const key = JSON.stringify([loop.label, loop.varying]);
      const known = loops.get(key) ?? { ...loop, groups: new Set<string>(), lengths: new Set<number>() };
      loops.set(key, known);
      known.groups.add(run.group);
      known.lengths.add(values.size);
    }
  }
  return [...loops]
    .filter(([, loop]) => loop.groups.size >= minGroups && loop.lengths.size > 1)
    .sort((a, b) => byText(a[0], b[0]))
    .map(([, loop]) => listProgram(loop.label, loop.slots, loop.varying));
}
