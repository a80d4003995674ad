import type { JsonValue } from '../../json.js';
import type { Occurrence } from './match.js';
import { byText, scalarsAt, valueKey } from './values.js';
import { fulfils, type When } from './when.js';
import type { Wanted } from './where.js';

/** How many task groups the occurrences are of. */
export function groupsIn(occurrences: readonly Occurrence[]): number {
  return new Set(occurrences.map((one) => one.run.group)).size;
}

interface Look {
  /** the step that conditions come before */
  readonly before: number;
  /** of an occurrence, by step, as conditions read them */
  readonly results: (one: Occurrence) => readonly JsonValue[];
  /** whether conditions may ask for parameters too */
  readonly withInput: boolean;
}

interface Seen {
  readonly of: Wanted;
  readonly value: JsonValue;
}

/** What one occurrence saw before a step in the results of its single calls. */
function seenBefore(one: Occurrence, before: number): Seen[] {
  return one.steps.slice(0, before).flatMap((calls, step) => {
    const [call] = calls;
    if (!call || calls.length > 1) return [];
    return scalarsAt(call.result).map(({ path, value }): Seen => ({ of: { kind: 'get', step, path }, value }));
  });
}

function given(one: Occurrence): Seen[] {
  return Object.entries(one.input).flatMap(([name, value]): Seen[] =>
    typeof value === 'object' ? [] : [{ of: { kind: 'param', name }, value }],
  );
}

/** The conditions of one occurrence: a result is a fixed value, a parameter is one, a result is what a parameter is. */
function conditionsOf(one: Occurrence, is: boolean, { before, withInput }: Look): { rank: string; when: When }[] {
  const fixed = (seen: Seen[], order: number) =>
    seen.map(({ of, value }) => {
      const place = of.kind === 'get' ? [of.step, of.path] : [of.name];
      const rank = `${order}${JSON.stringify([!is, ...place, value])}`;
      return { rank, when: { kind: 'compare', of, is, wanted: { kind: 'const', value } } as const };
    });
  const results = seenBefore(one, before);
  if (!withInput) return fixed(results, 0);
  const params = given(one);
  const compared = results.flatMap(({ of, value }) =>
    params.flatMap((param) => {
      if (valueKey(param.value) !== valueKey(value)) return [];
      return [
        {
          rank: `2${JSON.stringify([!is, of, param.of])}`,
          when: { kind: 'compare', of, is, wanted: param.of } as const,
        },
      ];
    }),
  );
  return [...fixed(results, 0), ...fixed(params, 1), ...compared];
}

/**
 * The condition on what was known before a step that all occurrences of one sort fulfil and none of the other: on a result, else
 * on a parameter, else on both. Null where there is none, or no occurrence of either sort.
 */
export function tellingCondition(
  having: readonly Occurrence[],
  lacking: readonly Occurrence[],
  look: Look,
): When | null {
  const [with1] = having;
  const [without1] = lacking;
  if (!with1 || !without1) return null;
  const tells = (when: When): boolean =>
    having.every((one) => fulfils(when, one.input, look.results(one))) &&
    !lacking.some((one) => fulfils(when, one.input, look.results(one)));
  const all = [...conditionsOf(with1, true, look), ...conditionsOf(without1, false, look)];
  return all.sort((a, b) => byText(a.rank, b.rank)).find(({ when }) => tells(when))?.when ?? null;
}
