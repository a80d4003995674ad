import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixedClock, plainContext } from '../../../src/context.js';
import { reviewQueue } from '../../../src/scoring/review-queue.js';
import { createScoringService } from '../../../src/scoring/scoring-service.js';
import type { ScoringService } from '../../../src/scoring/service.js';
import { type Bench, createBench } from './bench.js';
import { agent, call, result, reward, traceOf, user } from './traces.js';

const done = [user('Where is it?'), agent('', call('1', 'find', {})), result('1', { ok: true }), agent('There.')];
const declined = [user('Where is it?'), agent('I cannot help with that.')];

describe('the queue of runs that wait for a person', () => {
  let bench: Bench;
  let scoring: ScoringService;

  beforeEach(async () => {
    bench = await createBench();
    scoring = createScoringService({ ...bench, clock: fixedClock() });
  });
  afterEach(() => bench.close());

  const queue = async (): Promise<string[]> => {
    await scoring.scoreRuns({ all_unscored: true }, plainContext());
    return (await reviewQueue(bench.store, {}, plainContext())).map(({ run }) => run.run_id);
  };
  const ofTask = (id: string, task_id: string, said = done) => traceOf(id, said, { run: { task_id } });

  it('shows one run of each group first, larger groups before smaller ones', async () => {
    await bench.add(ofTask('a', 'one'), ofTask('b', 'two'), ofTask('c', 'two'), ofTask('d', 'three'));
    await bench.add(ofTask('e', 'three'), ofTask('f', 'three'), traceOf('g', done, { outcomes: [reward(1)] }));
    expect(await queue()).toEqual(['d', 'b', 'a', 'e', 'c', 'f']);
  });

  it('takes runs of one task with other markers for another group', async () => {
    await bench.add(ofTask('a', 'one'), ofTask('b', 'one', declined), ofTask('c', 'one', declined));
    expect(await queue()).toEqual(['b', 'a', 'c']);
  });

  it('puts what a client disputes before what nobody disputes', async () => {
    await bench.add(ofTask('a', 'one'), ofTask('z', 'two'));
    await scoring.scoreRuns({ suggest: { run_id: 'z', category: 'rejected', reason: 'no' } }, plainContext('mcp'));
    expect(await queue()).toEqual(['z', 'a']);
  });

  it('goes by the first words of the user and the tools where no task is known, and leaves executions out', async () => {
    const asking = (order: string) => [user(`Where is order ${order}?`), ...done.slice(1)];
    const otherTool = [user('Where is order O-1003?'), agent('', call('1', 'look', {})), ...done.slice(2)];
    await bench.add(traceOf('a', otherTool), traceOf('b', asking('O-1001')), traceOf('c', asking('O-1002')));
    await bench.add(traceOf('d', done, { run: { origin: 'execution' } }));
    expect(await queue()).toEqual(['b', 'a', 'c']);
    const [first] = await reviewQueue(bench.store, {}, plainContext());
    expect(first?.likeness).toBe('request');
  });

  it('holds no run any more of which a person has spoken, until that is taken back', async () => {
    await bench.add(ofTask('a', 'one'), ofTask('b', 'one'));
    await queue();
    const word = { category: 'accepted', reason: 'seen' } as const;
    const given = await scoring.overrideAll(['a', 'b'], word, plainContext());
    expect(await queue()).toEqual([]);
    await scoring.takeBack(given, plainContext());
    expect(await queue()).toEqual(['a', 'b']);
    await expect(scoring.overrideAll(['a', 'nobody'], word, plainContext())).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await queue()).toEqual(['a', 'b']);
    for (const over of [
      scoring.overrideAll(['a'], word, plainContext('mcp')),
      scoring.takeBack(given, plainContext('mcp')),
    ]) {
      await expect(over).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });
});
