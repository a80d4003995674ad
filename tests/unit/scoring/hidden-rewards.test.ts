import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordHelpdesk } from '../../../examples/helpdesk/record.js';
import type { RunTrace } from '../../../src/evidence/model.js';
import type { Category } from '../../../src/scoring/model.js';
import { scoreTrace } from '../../../src/scoring/scorer.js';
import { sharedData } from '../../support/shared-data.js';
import { tempFolder } from '../../support/temp.js';
import { createBench } from '../evidence/support.js';

const airline = sharedData('tau-airline/trajectories.json');
const acts = sharedData('semantic_acts.jsonl');

const isGood = (trace: RunTrace): boolean => trace.run.outcome?.value === 1;

/** The run as its log would have been had no environment judged it. */
function withoutReward(trace: RunTrace): RunTrace {
  return { run: { ...trace.run, outcome: null }, records: trace.records.filter((record) => record.outcome === null) };
}

async function tracesOf(path: string): Promise<RunTrace[]> {
  const bench = createBench();
  await bench.import({ path });
  const traces = await bench.traces();
  await bench.close();
  return traces;
}

/** How many runs have a category, and how many of those the environment rewarded. */
function counted(traces: readonly RunTrace[], view: (trace: RunTrace) => RunTrace): Record<Category, [number, number]> {
  const counts: Record<Category, [number, number]> = {
    accepted: [0, 0],
    partially_accepted: [0, 0],
    rejected: [0, 0],
    needs_human_review: [0, 0],
  };
  for (const trace of traces) {
    const judged = scoreTrace(view(trace));
    expect(judged.reasons.every((reason) => reason.evidence_id !== null)).toBe(true);
    const count = counts[judged.category];
    count[0] += 1;
    if (isGood(trace)) count[1] += 1;
  }
  return counts;
}

describe.skipIf(airline === undefined)('the airline recordings', () => {
  const load = (): Promise<RunTrace[]> => tracesOf(airline ?? '');

  it('are accepted where the reward is 1: 43 of 100', async () => {
    const counts = counted(await load(), (trace) => trace);
    expect(counts.accepted).toEqual([43, 43]);
    expect(counts.rejected).toEqual([57, 0]);
  });

  it('with rewards hidden are accepted with a precision of at least 0.9; all others wait for a person', async () => {
    const counts = counted(await load(), withoutReward);
    const [accepted, good] = counts.accepted;
    expect({ coverage: accepted / 100, precision: good / accepted }).toEqual({ coverage: 0.15, precision: 1 });
    expect(counts.needs_human_review[0]).toBe(100 - accepted);
  });

  it('with rewards and tasks hidden all wait for a person', async () => {
    const counts = counted(await load(), (trace) => {
      const hidden = withoutReward(trace);
      return { ...hidden, run: { ...hidden.run, task: null } };
    });
    expect(counts.needs_human_review[0]).toBe(100);
  });
});

describe('recordings of other kinds, with rewards hidden', () => {
  it('of the help desk, whose logs name no expected actions, are never accepted', { timeout: 60_000 }, async () => {
    const folder = join(tempFolder(), 'desk');
    mkdirSync(folder);
    await recordHelpdesk(folder, { seed: 7, tickets: 120 });
    const counts = counted(await tracesOf(folder), withoutReward);
    expect(counts.accepted[0]).toBe(0);
    expect(counts.needs_human_review[0]).toBe(120);
    const [rejected, good] = counts.rejected;
    expect([rejected, good]).toEqual([0, 0]);
  });

  it.skipIf(acts === undefined)('of mined acts wait for a person', async () => {
    const counts = counted(await tracesOf(acts ?? ''), withoutReward);
    expect(counts.accepted[0] + counts.partially_accepted[0] + counts.rejected[0]).toBe(0);
    expect(counts.needs_human_review[0]).toBeGreaterThan(0);
  });
});
