import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixedClock, plainContext } from '../../../src/context.js';
import type { BuildSftInput, BuildSftOutput } from '../../../src/datasets/contract.js';
import { createDatasetService } from '../../../src/datasets/dataset-service.js';
import { openaiRowSchema } from '../../../src/datasets/formats/openai.js';
import { trlRowSchema } from '../../../src/datasets/formats/trl.js';
import { readOptions } from '../../../src/datasets/options.js';
import { type RowProvenance, rowProvenanceSchema } from '../../../src/datasets/provenance.js';
import { barred } from '../../../src/datasets/rows.js';
import type { DatasetService } from '../../../src/datasets/service.js';
import type { Outcome, Run, RunTrace } from '../../../src/evidence/model.js';
import type { EvidenceService } from '../../../src/evidence/service.js';
import { hashOf, sha256 } from '../../../src/hash.js';
import type { JsonObject } from '../../../src/json.js';
import { createRoots } from '../../../src/roots.js';
import type { ScoredRun } from '../../../src/scoring/model.js';
import { createScoringService } from '../../../src/scoring/scoring-service.js';
import type { ScoringService } from '../../../src/scoring/service.js';
import { withOverride } from '../../../src/scoring/standing.js';
import { type Bench, createBench } from '../scoring/bench.js';
import { agent, call, result, reward, type Said, traceOf, user } from '../scoring/traces.js';

const talk = (id: string | number): Said[] => [
  user(`Refund order ${id}`),
  agent('', call(`call_${id}`, 'refund', { order: `${id}` })),
  result(`call_${id}`, { refunded: true }),
  agent(`Order ${id} is refunded.`),
];
const run = (id: string, outcomes: Outcome[], more: Partial<Run> = {}): RunTrace =>
  traceOf(id, talk(id), { outcomes, run: { task_id: `task of ${id}`, ...more } });

describe('building a data set for fine-tuning', () => {
  let bench: Bench;
  let scoring: ScoringService;
  let datasets: DatasetService;
  let broken: Map<string, string>;

  beforeEach(async () => {
    bench = await createBench();
    broken = new Map();
    scoring = createScoringService({ ...bench, clock: fixedClock() });
    const evidence: EvidenceService = {
      importEvidence: () => Promise.reject(new Error('not used')),
      search: () => Promise.reject(new Error('not used')),
      unasked: () => Promise.reject(new Error('not used')),
      agree: () => Promise.reject(new Error('not used')),
      agreed: () => Promise.reject(new Error('not used')),
      heldKinds: async (row) => (JSON.stringify(row).includes('ada@') ? ['EMAIL'] : []),
      verifyRecord: async (id) => broken.get(id) ?? null,
      close: async () => undefined,
    };
    datasets = createDatasetService({
      ...bench,
      roots: createRoots([bench.folder], [], bench.folder),
      scoring,
      evidence,
      clock: fixedClock(),
    });
  });
  afterEach(() => bench.close());

  const build = (input: Partial<BuildSftInput> = {}, via: 'cli' | 'mcp' = 'cli'): Promise<BuildSftOutput> =>
    datasets.buildSft({ name: 'set', ...input }, plainContext(via));
  const refusal = (input: Partial<BuildSftInput>, via: 'cli' | 'mcp' = 'cli'): Promise<unknown> =>
    build(input, via).catch((error: unknown) => error);
  const folder = (): string => join(bench.folder, 'exports', 'set');
  const lines = (file: string): JsonObject[] =>
    readFileSync(join(folder(), file), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as JsonObject);
  const sidecar = (): RowProvenance[] => lines('set.provenance.jsonl').map((line) => rowProvenanceSchema.parse(line));
  const rowsOf = (out: BuildSftOutput): JsonObject[] => out.files.flatMap((file) => lines(`set.${file.split}.jsonl`));

  it('leaves out a row in which something still stands that is to be redacted', async () => {
    const said = [user('Write to ada@example.com'), agent('Done.')];
    await bench.add(run('good', [reward(1)]), traceOf('leaky', said, { outcomes: [reward(1)] }));
    const out = await build();
    expect([out.rows, out.excluded]).toEqual([1, { 'not_redacted:EMAIL': 1 }]);
    expect(rowsOf(out)).toHaveLength(1);
  });

  it('takes accepted runs and no other, and counts the rest by reason', async () => {
    await bench.add(
      run('good', [reward(1)]),
      run('bad', [reward(0)]),
      run('half', [reward(0.5)]),
      run('open', []),
      run('torn', [reward(1), reward(0)]),
      run('handed in', [reward(1)], { origin: 'client' }),
      run('doubted', [reward(1)]),
      traceOf('silent', [user('Hello?')], { outcomes: [reward(1)] }),
    );
    await scoring.scoreRuns(
      { suggest: { run_id: 'doubted', category: 'rejected', reason: 'hm' } },
      plainContext('mcp'),
    );
    const out = await build();
    expect(out.rows).toBe(1);
    expect(sidecar().map((entry) => entry.run_id)).toEqual(['good']);
    expect(out.excluded).toEqual({
      'not_accepted:rejected': 1,
      'not_accepted:partially_accepted': 1,
      'not_accepted:needs_human_review': 4,
      no_assistant_turn: 1,
    });
    expect(JSON.stringify(rowsOf(out))).not.toMatch(/order (bad|half|open|torn|handed|doubted)/);
  });

  it('drops a run that a person rejected, and takes one that a person accepted', async () => {
    await bench.add(run('good', [reward(1)]), run('bad', [reward(0)]), run('third', [reward(1)]));
    expect((await build()).rows).toBe(2);
    await scoring.override('good', 'rejected', 'rude', plainContext('cli'));
    await scoring.override('bad', 'accepted', 'the grader was wrong', plainContext('cli'));
    await build();
    expect(sidecar().map((entry) => entry.run_id)).toEqual(['bad', 'third']);
    expect(sidecar()[0]?.score.reasons[0]?.marker).toBe('override');
  });

  it('drops a run whose standing changes while the rows are being written', async () => {
    await bench.add(run('a', [reward(1)]), run('b', [reward(1)]));
    const at = '2026-01-01T00:00:00.000Z';
    const progress = (done: number, _total: number | undefined, message: string): void => {
      if (message !== 'writing rows' || done !== 1) return;
      void bench.store.scores.putOverride({ run_id: 'a', category: 'rejected', reason: 'rude', at, via: 'cli' });
    };
    const out = await datasets.buildSft({ name: 'set' }, { ...plainContext(), progress });
    expect(out).toMatchObject({ rows: 1, excluded: { 'not_accepted:changed_meanwhile': 1 } });
    expect(sidecar().map((entry) => entry.run_id)).toEqual(['b']);
  });

  it("keeps a client's run out even where a score calls it accepted, unless a person or the operator vouches", async () => {
    const handedIn = run('a', [reward(1)], { origin: 'client' });
    const score: ScoredRun = {
      schema_version: 1,
      run_id: 'a',
      category: 'accepted',
      reasons: [{ marker: 'reward_full', severity: 'info', message: 'Reward 1.', evidence_id: null }],
      scorer_version: 'v',
      input_hash: 'h',
      scored_at: '2026-01-01T00:00:00.000Z',
      via: 'cli',
    };
    const vouched = { run_id: 'a', category: 'accepted', reason: 'saw it', at: score.scored_at, via: 'cli' } as const;
    expect(barred(handedIn, score, false)).toBe('client_origin');
    expect(barred(handedIn, score, true)).toBeNull();
    expect(barred(handedIn, withOverride(score, vouched), false)).toBeNull();
    expect(barred(handedIn, undefined, true)).toBe('not_accepted:unscored');
  });

  it.each(['trl', 'openai'] as const)('writes valid rows in the shape %s', async (format) => {
    await bench.add(run('a', [reward(1)]), run('b', [reward(1)]));
    const schema = format === 'trl' ? trlRowSchema : openaiRowSchema;
    const rows = rowsOf(await build({ format }));
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(() => schema.parse(row)).not.toThrow();
  });

  it('writes the same bytes again, and gives every row a sidecar entry under its hash', async () => {
    const runs = Array.from({ length: 30 }, (_, i) => run(`r${i}`, [reward(1)]));
    await bench.add(...runs);
    const first = await build();
    const bytes = (): Record<string, string> =>
      Object.fromEntries(readdirSync(folder()).map((file) => [file, readFileSync(join(folder(), file), 'utf8')]));
    const before = bytes();
    const again = await build();
    expect(bytes()).toEqual(before);
    expect(again).toEqual(first);
    expect(Object.keys(before).sort()).toEqual([
      'README.md',
      'croissant.json',
      'receipt.json',
      'set.provenance.jsonl',
      ...first.files.map((file) => `set.${file.split}.jsonl`).sort(),
    ]);
    for (const file of first.files) expect(sha256(before[`set.${file.split}.jsonl`] ?? '')).toBe(file.sha256);
    const known = new Map(sidecar().map((entry) => [entry.row_id, entry]));
    for (const row of rowsOf(first)) expect(known.get(hashOf(row))).toBeDefined();
    expect(known.size).toBe(30);
    const sigs = runs.flatMap((trace) => trace.records.map((record) => record.provenance.sig_hash));
    for (const text of Object.values(before)) for (const sig of sigs) expect(text).not.toContain(sig);
  });

  it('keeps runs of one task in one split, and train filled', async () => {
    for (let i = 0; i < 40; i += 1) await bench.add(run(`r${i}`, [reward(1)], { task_id: `t${i % 8}` }));
    await build({ split: { train: 0.4, validation: 0.3, test: 0.3 } });
    const splitsOf = new Map<string, Set<string>>();
    for (const entry of sidecar()) {
      splitsOf.set(entry.group_key, (splitsOf.get(entry.group_key) ?? new Set()).add(entry.split));
    }
    expect(splitsOf.size).toBe(8);
    expect([...splitsOf.values()].every((splits) => splits.size === 1)).toBe(true);
    rmSync(folder(), { recursive: true });
    const one = await build({ split: { train: 0.001, validation: 1, test: 0 }, filter: { task_id: 't1' } });
    expect(one.files.map((file) => file.split)).toEqual(['train']);
    expect(existsSync(join(folder(), 'set.validation.jsonl'))).toBe(false);
    expect(readFileSync(join(folder(), 'README.md'), 'utf8')).toContain('was moved there');
  });

  it('drops duplicates, long rows, rows over the cap of a task, and what must stay unseen', async () => {
    const same = (id: string): RunTrace =>
      traceOf(id, [user('Hi'), agent('', call(id, 'look')), result(id, 'x'), agent('Done')], {
        outcomes: [reward(1)],
        run: { task_id: 't' },
      });
    await bench.add(same('a'), same('b'), run('c', [reward(1)], { task_id: 't' }), run('d', [reward(1)]));
    const reasons = async (input: Partial<BuildSftInput>): Promise<unknown> => {
      rmSync(folder(), { recursive: true, force: true });
      return (await build(input)).excluded;
    };
    expect(await reasons({})).toEqual({ duplicate: 1 });
    expect(await reasons({ format: 'openai' })).toEqual({ duplicate: 1 });
    expect(await reasons({ dedupe: false })).toEqual({});
    expect(await reasons({ per_task: 1 })).toEqual({ duplicate: 1, per_task: 1 });
    expect(await reasons({ max_tokens: 10 })).toEqual({ too_long: 4 });
    expect(await reasons({ filter: { task_id: 't' } })).toEqual({ duplicate: 1, filter: 1 });
    const unseen = join(bench.folder, 'unseen.jsonl');
    writeFileSync(unseen, '{"messages":[{"role":"user","content":"refund order d"}]}\n');
    expect(await reasons({ decontaminate_against: unseen })).toEqual({ contaminated: 1, duplicate: 1 });
  });

  it('lists the tools that the log declares, and infers the others openly', async () => {
    await bench.declare({
      name: 'search',
      description: 'Finds orders',
      input_schema: { type: 'object' },
      inferred: false,
      annotations: null,
    });
    await bench.add(run('a', [reward(1)]), run('b', [reward(0)]));
    const [row] = rowsOf(await build());
    expect(trlRowSchema.parse(row).tools?.map((one) => one.function.name)).toEqual(['refund', 'search']);
    expect(sidecar()[0]?.tools_inferred).toEqual(['refund']);
    expect(readFileSync(join(folder(), 'README.md'), 'utf8')).toContain('inferred from the recorded arguments');
  });

  it('keeps card, receipt and rows in the store', async () => {
    await bench.add(run('a', [reward(1)]), run('b', [reward(0)]));
    const out = await build();
    const stored = await bench.store.datasets.getDataset(out.dataset_id);
    expect(out.card_uri).toBe(`datasets://${out.dataset_id}`);
    expect(stored?.card).toBe(readFileSync(join(folder(), 'README.md'), 'utf8'));
    expect((await bench.store.datasets.rowsOf(out.dataset_id)).map((row) => row.run_id)).toEqual(['a']);
    const receipt = await bench.store.receipts.getReceipt(out.receipt_id);
    expect(receipt?.counts).toEqual({ runs: 2, rows: 1, 'not_accepted:rejected': 1 });
    expect(JSON.parse(readFileSync(join(folder(), 'receipt.json'), 'utf8'))).toEqual(receipt);
    const croissant = JSON.parse(readFileSync(join(folder(), 'croissant.json'), 'utf8')) as JsonObject;
    expect(croissant['conformsTo']).toBe('http://mlcommons.org/croissant/1.1');
  });

  it('takes a bare date for the whole day, and a time without a zone for UTC, as the search of evidence does', () => {
    const { filter } = readOptions({ name: 'x', filter: { since: '2026-01-31T12:00', until: '2026-01-31' } });
    expect(filter).toEqual({ since: '2026-01-31T12:00:00.000Z', until: '2026-01-31T23:59:59.999Z' });
  });

  it('refuses what it cannot do, and says what works', async () => {
    await bench.add(run('a', [reward(1)]));
    expect(await refusal({ format: 'alpaca' })).toMatchObject({
      code: 'unsupported_format',
      fix: 'Use format trl or openai.',
    });
    expect(await refusal({ unit: 'example' })).toMatchObject({ code: 'invalid_input' });
    expect(await refusal({ name: '../evil' })).toMatchObject({ code: 'invalid_input' });
    expect(await refusal({ split: { train: 0, validation: 0, test: 0 } })).toMatchObject({ code: 'invalid_input' });
    expect(await refusal({ filter: { since: 'soon' } })).toMatchObject({ code: 'invalid_input' });
    expect(await refusal({ filter: { source: 'nowhere' } })).toMatchObject({ code: 'not_found' });
    expect(await refusal({ output_dir: '/nowhere/granted' }, 'mcp')).toMatchObject({ code: 'path_not_allowed' });
    expect(await refusal({ decontaminate_against: '/etc/passwd' }, 'mcp')).toMatchObject({ code: 'path_not_allowed' });
    const mine = join(bench.folder, 'mine');
    mkdirSync(mine);
    writeFileSync(join(mine, 'README.md'), '# My project');
    expect(await refusal({ output_dir: mine })).toMatchObject({ code: 'conflict' });
    expect(readFileSync(join(mine, 'README.md'), 'utf8')).toBe('# My project');
  });

  it('does not write over a data set of another configuration, but builds the same one anew', async () => {
    await bench.add(run('a', [reward(1)]));
    const first = await build({ filter: { task_id: 'task of a' } });
    const card = readFileSync(join(folder(), 'README.md'), 'utf8');
    expect(await refusal({ format: 'openai' })).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('(other: filter, format)'),
      fix: expect.stringContaining('another name or output_dir'),
    });
    expect(readFileSync(join(folder(), 'README.md'), 'utf8')).toBe(card);
    expect((await bench.store.datasets.getDataset(first.dataset_id))?.card).toBe(card);
    // The same folder by its own name, and a default that is said, change nothing.
    const same: Partial<BuildSftInput> = { filter: { task_id: 'task of a' }, format: 'trl', output_dir: folder() };
    expect((await build(same)).dataset_id).toBe(first.dataset_id);
    await build({ format: 'openai', output_dir: join(bench.folder, 'other') });
    expect(readFileSync(join(folder(), 'README.md'), 'utf8')).toContain(first.dataset_id);
  });

  it('leaves nothing half done where it is cancelled', async () => {
    await bench.add(run('a', [reward(1)]));
    await build();
    const before = readdirSync(folder()).map((file) => readFileSync(join(folder(), file), 'utf8'));
    await bench.add(run('b', [reward(1)]));
    const cancelled = datasets.buildSft({ name: 'set' }, plainContext('cli', AbortSignal.abort()));
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(folder()).map((file) => readFileSync(join(folder(), file), 'utf8'))).toEqual(before);
  });

  it('takes up a folder that a killed build left half filled', async () => {
    await bench.add(run('a', [reward(1)]), run('b', [reward(1)]));
    const first = await build();
    const whole = readdirSync(folder());
    for (const file of whole.filter((name) => name !== 'receipt.json')) rmSync(join(folder(), file));
    mkdirSync(join(folder(), '.building-set'));
    writeFileSync(join(folder(), '.building-set', 'set.train.jsonl'), 'half a row');
    expect(await build()).toEqual(first);
    expect(readdirSync(folder())).toEqual(whole);
  });

  describe('and verifying it', () => {
    beforeEach(async () => {
      await bench.add(run('a', [reward(1)]), run('b', [reward(1)]));
      await build({ format: 'openai' });
    });
    const problems = async (): Promise<string[]> => (await datasets.verify(folder())).problems;

    it('finds nothing wrong with what was just written', async () => {
      expect(await datasets.verify(folder())).toEqual({ rows: 2, problems: [] });
    });

    it('finds a row that was changed, and one whose entry was forged to match', async () => {
      const [first] = readdirSync(folder()).filter((file) => /train|validation|test/.test(file));
      const path = join(folder(), first ?? '');
      const changed = readFileSync(path, 'utf8').replace('is refunded.', 'is lost.');
      writeFileSync(path, changed);
      expect((await problems()).join('\n')).toContain('no provenance entry');
      const row = JSON.parse(changed.split('\n')[0] ?? '') as JsonObject;
      const forged = sidecar().map((entry) => JSON.stringify({ ...entry, row_id: hashOf(row) }));
      writeFileSync(join(folder(), 'set.provenance.jsonl'), `${forged.join('\n')}\n`);
      expect((await problems()).join('\n')).toContain('its messages are not what its evidence says');
    });

    it('finds a run that no longer counts as good', async () => {
      await scoring.override('a', 'rejected', 'rude', plainContext('cli'));
      expect((await problems()).join('\n')).toContain('no longer counts as good (not_accepted:rejected)');
    });

    it('finds evidence that does not hold any more, and a folder that is no data set', async () => {
      broken.set(sidecar()[0]?.messages[0]?.evidence_id ?? '', 'the bytes have changed');
      expect((await problems()).join('\n')).toContain('the bytes have changed');
      await expect(datasets.verify(bench.folder)).rejects.toMatchObject({ code: 'invalid_input' });
    });
  });
});
