import { beforeAll, expect, test } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { cases, leastCases } from '../../../src/generate/induction/cases.js';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { type InducedSkill, induce } from '../../../src/generate/induction/induce.js';
import type { Occurrence } from '../../../src/generate/induction/match.js';
import { elementsAt } from '../../../src/generate/induction/values.js';
import { plantedRuns } from './planted.js';

let skills: readonly InducedSkill[] = [];

beforeAll(async () => {
  const runs = plantedRuns({ runs: 90, noise: 0, seed: 11 }).map(corpusRun);
  const signal = new AbortController().signal;
  ({ skills } = await induce(runs, {
    salt: 'salt',
    destructive: isDestructiveName,
    signal,
    progress: () => undefined,
  }));
});

/** Training occurrences stand for held-out ones here, since there are more of them. */
function of(tool: string): { all: readonly Occurrence[]; least: readonly Occurrence[] } {
  const skill = skills.find(({ program }) => program.steps.some((step) => step.tool === tool));
  if (!skill) throw new Error(`nothing learnt with ${tool}`);
  return { all: skill.train, least: leastCases(skill.program, skill.train, 20) };
}

test('a straight flow needs two cases, since one answer alone could be written down', () => {
  const { all, least } = of('reset_password');
  expect(cases(all).length).toBeGreaterThan(10);
  expect(least).toHaveLength(2);
});

test('a loop needs one case for each length of its list', () => {
  const { all, least } = of('track_parcel');
  const lengths = (some: readonly Occurrence[]) => some.map((one) => one.calls.length).sort();
  expect(lengths(least)).toEqual([...new Set(lengths(all))]);
});

test('a selection needs a case in which the first is taken, one with the last, and one between', () => {
  const { least } = of('refund_order');
  const places = least.map((one) => {
    const [, , listed, refunded] = one.calls;
    const orders = elementsAt(listed?.result, ['orders']).map(({ value }) => Object(value).id);
    const at = orders.indexOf(refunded?.args['order_id']);
    return at === 0 ? 'first' : at === orders.length - 1 ? 'last' : 'between';
  });
  expect(places.sort()).toEqual(['between', 'first', 'last']);
});

test('no more are taken than may be', () => {
  const skill = skills.find(({ program }) => program.steps.some((step) => step.tool === 'track_parcel'));
  if (!skill) throw new Error('nothing learnt');
  expect(leastCases(skill.program, skill.train, 3)).toHaveLength(3);
});
