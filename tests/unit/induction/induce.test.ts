import { describe, expect, it } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { corpusOf, corpusRun } from '../../../src/generate/induction/corpus.js';
import { type Induced, induce } from '../../../src/generate/induction/induce.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import { plantedRuns } from './planted.js';
import { scoreOf } from './traces.js';

const options = {
  salt: 'salt',
  destructive: isDestructiveName,
  signal: new AbortController().signal,
  progress: () => undefined,
};

function shape(induced: Induced): { calls: string; params: string[] }[] {
  return induced.skills.map(({ program }) => ({
    calls: program.steps.map((step) => (step.over ? `${step.tool}*` : step.tool)).join(' > '),
    params: program.params.map((one) => one.name).sort(),
  }));
}

const planted = [
  { calls: 'get_order > track_parcel*', params: ['order_id'] },
  { calls: 'get_ticket > get_customer > list_orders > refund_order', params: ['order_item', 'ticket_id'] },
  { calls: 'get_ticket > get_customer > reset_password', params: ['ticket_id'] },
];

describe('induction on planted flows', () => {
  it('recovers every flow with exactly its parameters, and nothing else', async () => {
    const induced = await induce(plantedRuns({ runs: 60, noise: 0, seed: 1 }).map(corpusRun), options);
    expect(shape(induced).sort((a, b) => (a.calls < b.calls ? -1 : 1))).toEqual(planted);
  });

  it('recovers them out of noise: unconnected calls, failed calls and wrong turns', async () => {
    const induced = await induce(plantedRuns({ runs: 150, noise: 0.3, seed: 7 }).map(corpusRun), options);
    const found = shape(induced);
    for (const flow of planted) expect(found).toContainEqual(flow);
    expect(found.length).toBeLessThanOrEqual(planted.length);
  });

  it('takes what redaction numbered alike in every run for a parameter that flows, never for a constant', async () => {
    const runs = plantedRuns({ runs: 60, noise: 0, seed: 1 }).map((trace) => {
      const ids = [...new Set(JSON.stringify(trace.records).match(/[OT]-\d+/g))];
      const text = ids.reduce((all, id, at) => all.replaceAll(id, `[EMAIL_${at + 1}]`), JSON.stringify(trace.records));
      return corpusRun({ ...trace, records: JSON.parse(text) });
    });
    const induced = await induce(runs, options);
    expect(shape(induced).sort((a, b) => (a.calls < b.calls ? -1 : 1))).toEqual(planted);
  });

  it('gives the same bytes for the same runs and salt', async () => {
    const runs = plantedRuns({ runs: 45, noise: 0.2, seed: 3 }).map(corpusRun);
    const write = async () => {
      const { skills } = await induce(runs, options);
      return JSON.stringify(
        writeSkills(
          skills,
          runs.map((run) => run.request),
          { maxTests: 4, destructive: isDestructiveName },
        ).map(({ spec, code, hiddenTests }) => ({ spec, code, hiddenTests })),
      );
    };
    expect(await write()).toBe(await write());
  });

  it('lets no run in that is not accepted', () => {
    const traces = plantedRuns({ runs: 4, noise: 0, seed: 2 });
    const [a, b, c] = traces.map((one) => one.run.run_id);
    const scores = new Map([
      [a ?? '', scoreOf(a ?? '', 'accepted')],
      [b ?? '', scoreOf(b ?? '', 'rejected')],
      [c ?? '', scoreOf(c ?? '', 'needs_human_review')],
    ]);
    expect(corpusOf(traces, scores).map((run) => run.runId)).toEqual([a]);
  });

  it('stops when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('stop'));
    const runs = plantedRuns({ runs: 9, noise: 0, seed: 4 }).map(corpusRun);
    await expect(induce(runs, { ...options, signal: stopped })).rejects.toThrow('stop');
  });
});
