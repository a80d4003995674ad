import { expect, test } from 'vitest';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import { changedRuns, changeFamilies, conditionFamilies } from './planted-changes.js';

const destructive = (tool: string): boolean => /^(book|lend|send|cancel)/.test(tool);

async function learnt(families: Parameters<typeof changedRuns>[0], runs = 100) {
  const corpus = changedRuns(families, { runs, seed: 5 }).map(corpusRun);
  const induced = await induce(corpus, {
    salt: 'salt',
    destructive,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const written = writeSkills(
    induced.skills,
    corpus.map((run) => run.request),
    { maxTests: 4, destructive },
  );
  return { corpus, written };
}

test('flow through simple changes of a value is found: letters, parts, dates, numbers, lists and extremes', async () => {
  const { corpus, written } = await learnt(changeFamilies);
  const params = written.map(({ spec }) => Object.keys(Object(spec.input_schema['properties'])));
  expect(params.map((one) => one.join())).toHaveLength(5);
  expect(
    written.every(({ skill }) => skill.own.length === corpus.length / 5 && skill.own.every((one) => one.strict)),
  ).toBe(true);
});

test('calls for some elements of a list are told by what those elements have in common', async () => {
  const { corpus, written } = await learnt(conditionFamilies);
  for (const one of written) console.log(one.spec.name, one.spec.summary, one.skill.own.length, one.code);
  expect(written).toHaveLength(2);
  expect(corpus).toHaveLength(100);
});
