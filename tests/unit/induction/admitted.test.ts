import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { loadConfig } from '../../../src/config.js';
import { fixedClock } from '../../../src/context.js';
import { createGate } from '../../../src/gate/gate.js';
import type { Gate } from '../../../src/gate/model.js';
import { createTypescriptSandbox } from '../../../src/gate/runtimes/typescript.js';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { type WrittenSkill, writeSkills } from '../../../src/generate/induction/spec-of.js';
import { silentLogger } from '../../../src/log.js';
import { plantedRuns } from './planted.js';

const home = mkdtempSync(join(tmpdir(), 'induction-'));
const config = loadConfig({}, { home });
const sandbox = createTypescriptSandbox({ config, log: silentLogger });
const gate: Gate = createGate({ config, sandboxes: [sandbox], clock: fixedClock() });
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
  rmSync(home, { recursive: true, force: true });
});

function judge(one: WrittenSkill, code: string) {
  return gate.judge(
    {
      spec: one.spec,
      code,
      language: 'typescript',
      visibleTests: one.spec.tests,
      hiddenTests: one.hiddenTests,
      inheritedTests: [],
      authorSawAll: false,
    },
    new AbortController().signal,
  );
}

it('writes code that the gate admits, with hidden tests of runs that were held out', async () => {
  expect(written).toHaveLength(3);
  for (const one of written) {
    expect(one.hiddenTests.length).toBeGreaterThan(0);
    const shown = new Set(one.spec.tests.map((test) => JSON.stringify(test.input)));
    for (const test of one.hiddenTests) expect(shown).not.toContain(JSON.stringify(test.input));
    const report = await judge(one, one.code);
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
  const report = await judge(map, map.code.replace(/for \((const \w+) of ([\w.]+)\)/, 'for ($1 of $2.slice(1))'));
  expect(report.verdict).toBe('rejected');
});

it('marks what changes state', () => {
  const changing = written.flatMap((one) => one.destructiveTools).sort();
  expect(changing).toEqual(['refund_order', 'reset_password']);
});
