import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixedClock, plainContext } from '../../../src/context.js';
import type { RunTrace } from '../../../src/evidence/model.js';
import { createScoringService } from '../../../src/scoring/scoring-service.js';
import type { ScoringService } from '../../../src/scoring/service.js';
import { type Bench, createBench } from './bench.js';
import { agent, call, result, reward, traceOf, user } from './traces.js';

const done = [user('Refund 7'), agent('', call('1', 'refund', { id: 7 })), result('1', { ok: true }), agent('Done.')];
const good = (id: string): RunTrace => traceOf(id, done, { outcomes: [reward(1)] });
const bad = (id: string): RunTrace => traceOf(id, done, { outcomes: [reward(0)] });

describe('the scoring service', () => {
  let bench: Bench;
  let scoring: ScoringService;

  beforeEach(async () => {
    bench = await createBench();
    scoring = createScoringService({ ...bench, clock: fixedClock() });
  });
  afterEach(() => bench.close());

  const standing = async (runId: string): Promise<string | undefined> =>
    (await bench.store.scores.effective([runId])).get(runId)?.category;
  const stored = async (): Promise<number | undefined> => (await bench.store.status()).counts['scores'];

  it('counts the categories of a source and leaves a receipt', async () => {
    await bench.add(good('r1'), bad('r2'), good('r3'));
    const out = await scoring.scoreRuns({ source: 'made-up' }, plainContext());
    expect(out.by_category).toEqual({ accepted: 2, partially_accepted: 0, rejected: 1, needs_human_review: 0 });
    expect(out.runs.map((run) => [run.run_id, run.category])).toEqual([
      ['r1', 'accepted'],
      ['r2', 'rejected'],
      ['r3', 'accepted'],
    ]);
    expect(out.runs[1]?.reasons).toEqual(['reward_zero (record 4): env gave reward 0.']);
    expect((await bench.store.receipts.getReceipt(out.receipt_id))?.counts).toMatchObject({ scored: 3, accepted: 2 });
  });

  it('adds nothing when the same runs are scored again', async () => {
    await bench.add(good('r1'), bad('r2'));
    const first = await scoring.scoreRuns({ source: 'made-up' }, plainContext());
    const again = await scoring.scoreRuns({ run_ids: ['r1', 'r2', 'r1'] }, plainContext());
    expect(await stored()).toBe(2);
    expect(again.by_category).toEqual(first.by_category);
  });

  it('judges a run again once it has grown', async () => {
    await bench.add(traceOf('r1', done));
    await scoring.scoreRuns({ run_ids: ['r1'] }, plainContext());
    await bench.add(good('r1'));
    const out = await scoring.scoreRuns({ run_ids: ['r1'] }, plainContext());
    expect(out.runs[0]?.category).toBe('accepted');
    expect(await stored()).toBe(2);
  });

  it('pages through what it judged without judging again', async () => {
    await bench.add(...['r1', 'r2', 'r3', 'r4', 'r5'].map(good));
    const first = await scoring.scoreRuns({ source: 'made-up', limit: 2 }, plainContext());
    const second = await scoring.scoreRuns({ source: 'made-up', limit: 2, cursor: first.next_cursor }, plainContext());
    const third = await scoring.scoreRuns({ source: 'made-up', limit: 2, cursor: second.next_cursor }, plainContext());
    expect([first, second, third].flatMap((page) => page.runs.map((run) => run.run_id))).toEqual([
      'r1',
      'r2',
      'r3',
      'r4',
      'r5',
    ]);
    expect(third.next_cursor).toBeUndefined();
    expect(third).toMatchObject({ scored: 5, by_category: first.by_category, receipt_id: first.receipt_id });
    await expect(scoring.scoreRuns({ source: 'made-up', cursor: 'nonsense' }, plainContext())).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('scores every unscored run and pages through those', async () => {
    await bench.add(good('r1'), good('r2'), bad('r3'));
    const first = await scoring.scoreRuns({ all_unscored: true, limit: 2 }, plainContext());
    expect(first.scored).toBe(3);
    const second = await scoring.scoreRuns({ all_unscored: true, cursor: first.next_cursor }, plainContext());
    expect(second.runs.map((run) => run.run_id)).toEqual(['r3']);
    expect((await scoring.scoreRuns({ all_unscored: true }, plainContext())).scored).toBe(0);
    await bench.add(traceOf('r1', [...done, user('And?'), agent('That is all.')]));
    const grown = await scoring.scoreRuns({ all_unscored: true }, plainContext());
    expect(grown.runs.map((run) => run.run_id)).toEqual(['r1']);
  });

  it('says what is wrong where no run, an unknown run or two selections are named', async () => {
    const refused = (input: Parameters<ScoringService['scoreRuns']>[0]): Promise<unknown> =>
      scoring.scoreRuns(input, plainContext()).catch((error: unknown) => error);
    expect(await refused({})).toMatchObject({ code: 'invalid_input' });
    expect(await refused({ run_ids: ['nobody'] })).toMatchObject({ code: 'not_found' });
    expect(await refused({ source: 'nowhere' })).toMatchObject({ code: 'not_found' });
    expect(await refused({ source: 'a', run_ids: ['r1'] })).toMatchObject({ code: 'invalid_input' });
    expect(await refused({ suggest: { run_id: 'nobody', category: 'accepted', reason: 'x' } })).toMatchObject({
      code: 'not_found',
    });
  });

  it('stops between batches when the work is cancelled', async () => {
    await bench.add(good('r1'));
    await expect(
      scoring.scoreRuns({ source: 'made-up' }, plainContext('cli', AbortSignal.abort())),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });

  describe('against a client that wants a score raised', () => {
    const overMcp = plainContext('mcp');

    it('sends a suggested run to review, and never makes a rejected run good', async () => {
      await bench.add(good('r1'), bad('r2'));
      for (const [run_id, category] of [
        ['r1', 'rejected'],
        ['r2', 'accepted'],
      ] as const) {
        const out = await scoring.scoreRuns({ suggest: { run_id, category, reason: 'I think so' } }, overMcp);
        expect(out.runs[0]).toMatchObject({ run_id, category: 'needs_human_review' });
        expect(out.runs[0]?.reasons[0]).toContain(`A client suggests ${category}`);
      }
      for (let i = 0; i < 5; i += 1) {
        await scoring.scoreRuns({ suggest: { run_id: 'r2', category: 'accepted', reason: `again ${i}` } }, overMcp);
        await scoring.scoreRuns({ source: 'made-up' }, overMcp);
      }
      expect(await standing('r2')).toBe('needs_human_review');
    });

    it('refuses an override over MCP and takes one from a person', async () => {
      await bench.add(bad('r1'));
      await expect(scoring.override('r1', 'accepted', 'it was fine', overMcp)).rejects.toMatchObject({
        code: 'invalid_input',
      });
      await scoring.scoreRuns({ run_ids: ['r1'] }, overMcp);
      expect(await standing('r1')).toBe('rejected');
      await scoring.override('r1', 'accepted', 'the grader was wrong', plainContext('cli'));
      expect(await standing('r1')).toBe('accepted');
      await scoring.scoreRuns({ suggest: { run_id: 'r1', category: 'rejected', reason: 'no' } }, overMcp);
      expect(await standing('r1')).toBe('accepted');
      await scoring.override('r1', 'rejected', 'on second thought', plainContext('elicited'));
      expect(await standing('r1')).toBe('rejected');
      await expect(scoring.override('r1', 'accepted', ' ', plainContext('cli'))).rejects.toMatchObject({
        code: 'invalid_input',
      });
    });

    it('does not believe an outcome that the client handed in, and stops believing when trust is withdrawn', async () => {
      const handedIn = traceOf('r1', done, { run: { origin: 'client' }, outcomes: [reward(1)] });
      await scoring.scoresOf([handedIn], overMcp);
      expect(await standing('r1')).toBe('needs_human_review');
      const trusting = createScoringService({
        ...bench,
        config: { ...bench.config, file: { trust_client_outcomes: true } },
        clock: fixedClock(),
      });
      await trusting.scoresOf([handedIn], plainContext());
      expect(await standing('r1')).toBe('accepted');
      await scoring.scoresOf([handedIn], plainContext());
      expect(await standing('r1')).toBe('needs_human_review');
    });
  });

  it('goes by the rules of the file that scorer_rules names, and refuses a broken one', async () => {
    const file = { scorer_rules: 'rules.json' };
    const strict = (): ScoringService =>
      createScoringService({ ...bench, config: { ...bench.config, file }, clock: fixedClock() });
    const trace = traceOf('r1', done, { outcomes: [reward(5)] });
    writeFileSync(join(bench.folder, 'rules.json'), '{"full_reward": 10}');
    const found = await strict().scoresOf([trace], plainContext());
    expect(found.get('r1')).toMatchObject({ category: 'partially_accepted' });
    expect(strict().version).not.toBe(scoring.version);
    writeFileSync(join(bench.folder, 'rules.json'), '{"full_rewards": 10}');
    expect(() => strict().version).toThrow(/scorer rules in rules.json are not valid at line 1, full_rewards/);
  });
});
