import { afterAll, beforeAll, expect, it } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { type WrittenSkill, writeSkills } from '../../../src/generate/induction/spec-of.js';
import { openSandbox } from '../gate/support.js';
import { judged } from './judge.js';
import { plantedRuns } from './planted.js';

const sandbox = openSandbox();
let written: WrittenSkill[] = [];

beforeAll(async () => {
  const runs = plantedRuns({ runs: 60, noise: 0.2, seed: 5 }).map(corpusRun);
  const signal = new AbortController().signal;
  const { skills } = await induce(runs, {
    salt: 'salt',
    destructive: isDestructiveName,
    signal,
    progress: () => undefined,
  });
  const openings = runs.map((run) => run.request);
  written = writeSkills(skills, openings, { maxTests: 4, destructive: isDestructiveName });
});

afterAll(async () => {
  await sandbox.close();
});

it('writes code that the gate admits, with hidden tests of runs that were held out', async () => {
  expect(written).toHaveLength(3);
  for (const one of written) {
    expect(one.hiddenTests.length).toBeGreaterThan(0);
    const shown = new Set(one.spec.tests.map((test) => JSON.stringify(test.input)));
    for (const test of one.hiddenTests) expect(shown).not.toContain(JSON.stringify(test.input));
    const report = await judged(sandbox, one);
    expect({ name: one.spec.name, verdict: report.verdict, reasons: report.reasons }).toEqual({
      name: one.spec.name,
      verdict: 'admitted',
      reasons: [],
    });
  }
});

it('writes tests that fail where a call is left out', async () => {
  const map = written.find((one) => one.code.includes('for ('));
  if (!map) throw new Error('no skill with a loop');
  const report = await judged(
    sandbox,
    map,
    map.code.replace(/for \((const \w+) of ([\w.]+)\)/, 'for ($1 of $2.slice(1))'),
  );
  expect(report.verdict).toBe('rejected');
});

it('marks what changes state', () => {
  const changing = written.flatMap((one) => one.destructiveTools).sort();
  expect(changing).toEqual(['refund_order', 'reset_password']);
});
