import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { plainContext } from '../../../src/context.js';
import { Session } from './recordings/claude.js';
import { type Bench, claudeLines, createBench, jsonl, tauRun } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

/** How many records an import handed to the store. */
function stored(): () => number {
  const append = vi.spyOn(bench.store.evidence, 'append');
  return () => append.mock.calls.reduce((sum, [batch]) => sum + batch.records.length, 0);
}

describe('a file that was read to its end', () => {
  it('is not read again while it is as it was, and gives the same account', async () => {
    const path = bench.file('in/s.jsonl', `${jsonl(claudeLines())}{broken\n`);
    const first = await bench.import({ path });
    const read = stored();
    const again = await bench.import({ path });
    expect(read()).toBe(0);
    expect(again).toMatchObject({ ...first, imported: 0, duplicates: first.imported, receipt_id: again.receipt_id });
    expect(again.rejections).toHaveLength(1);
    appendFileSync(path, jsonl([{ ...claudeLines()[2], uuid: 'more' }]));
    expect(await bench.import({ path })).toMatchObject({ imported: 1, duplicates: first.imported });
  });

  it('is read again when it, what lies beside it, or the rules have changed, and when something was forgotten', async () => {
    const note = '<persisted-output>\nOutput too large. Full output saved to: /x/s/tool-results/b1.txt\n\nPreview:\nx';
    const lines = new Session('s').says('u1', 'Show it').result('u2', 't1', note).lines;
    const path = bench.file('in/s.jsonl', jsonl(lines));
    await bench.import({ path });
    const read = stored();
    bench.file('in/s/tool-results/b1.txt', 'the whole of it');
    expect(await bench.import({ path })).toMatchObject({ imported: 1, duplicates: 1 });
    expect(read()).toBe(2);
    const [run] = await bench.traces();
    await bench.store.forgetting.forget({ by: 'run', runId: run?.run.run_id ?? '' }, false);
    expect(await bench.import({ path })).toMatchObject({ imported: 2, duplicates: 0 });
  });

  it('need not be read again after an import of a folder was interrupted', async () => {
    bench.file('in/a.json', JSON.stringify([tauRun(0, 0, 1)]));
    bench.file('in/b.json', JSON.stringify([tauRun(1, 0, 1)]));
    const path = `${bench.logs}/in`;
    const stop = new AbortController();
    const append = bench.store.evidence.append.bind(bench.store.evidence);
    const once = vi.spyOn(bench.store.evidence, 'append').mockImplementation(async (batch) => {
      const done = await append(batch);
      if (batch.runs[0]?.task_id === '0') stop.abort();
      return done;
    });
    const work = bench.service.importEvidence({ path }, plainContext('cli', stop.signal));
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    once.mockRestore();
    const read = stored();
    expect(await bench.import({ path })).toMatchObject({ imported: 6, duplicates: 6, runs: 2 });
    expect(read()).toBe(6);
  });
});
