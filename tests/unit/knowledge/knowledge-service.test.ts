import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fixedClock, plainContext } from '../../../src/context.js';
import type { RunTrace } from '../../../src/evidence/model.js';
import { createKnowledgeService } from '../../../src/knowledge/knowledge-service.js';
import type { KnowledgeService } from '../../../src/knowledge/service.js';
import { changeOf, placeText } from '../../../src/library/changes.js';
import { createRoots } from '../../../src/roots.js';
import { createScoringService } from '../../../src/scoring/scoring-service.js';
import type { ScoringService } from '../../../src/scoring/service.js';
import { versionOf } from '../library/fixtures.js';
import { type Bench, createBench } from '../scoring/bench.js';
import { agent, traceOf, user } from '../scoring/traces.js';
import { orderRun } from './logs.js';

let bench: Bench;
let knowledge: KnowledgeService;
let scoring: ScoringService;
let now: string;
const context = plainContext('cli');

beforeEach(async () => {
  bench = await createBench();
  now = '2026-01-02T00:00:00.000Z';
  const clock = { ...fixedClock(), now: () => now };
  const { config, store } = bench;
  scoring = createScoringService({ config, store, clock });
  knowledge = createKnowledgeService({
    config,
    store,
    roots: createRoots([bench.folder], [], bench.folder),
    scoring,
    clock,
  });
});
afterEach(() => bench.close());

describe('extract_playbooks', () => {
  test('stores playbooks that their uri leads to, and a receipt with the counts', async () => {
    await bench.add(orderRun('run_1', true), orderRun('run_2', true), orderRun('run_3', false));
    const made = await knowledge.extractPlaybooks({}, context);
    expect(made.playbooks).toMatchObject([{ task_type: 'orders', support: 2 }]);
    const id = made.playbooks[0]?.playbook_id ?? '';
    expect(await bench.store.knowledge.getPlaybook(id)).toMatchObject({ source_run_ids: ['run_1', 'run_2'] });
    expect(await bench.store.receipts.getReceipt(made.receipt_id)).toMatchObject({
      command: 'extract_playbooks',
      counts: { runs: 3, used: 3, playbooks: 1 },
      record_counts: { in: 3, out: 1 },
    });
  });

  test('extracted again, it is the same playbook', async () => {
    await bench.add(orderRun('run_1', true), orderRun('run_2', true));
    const first = await knowledge.extractPlaybooks({}, context);
    now = '2026-02-01T00:00:00.000Z';
    const again = await knowledge.extractPlaybooks({ task_type: 'orders' }, context);
    expect(again.playbooks).toEqual(first.playbooks);
    const id = first.playbooks[0]?.playbook_id ?? '';
    expect((await bench.store.knowledge.getPlaybook(id))?.created_at).toBe('2026-01-02T00:00:00.000Z');
  });

  test('does not learn from what a client handed in', async () => {
    const handedIn = (id: string): RunTrace => {
      const { run, records } = orderRun(id, true);
      const inClient = records.map((one) => ({
        ...one,
        provenance: { ...one.provenance, source_file: 'client:chat' },
      }));
      return { run: { ...run, origin: 'client' }, records: inClient };
    };
    await bench.add(handedIn('run_1'), handedIn('run_2'));
    const made = await knowledge.extractPlaybooks({}, context);
    expect(made.playbooks).toEqual([]);
    expect(made.note).toContain('0 runs are accepted');
  });

  test('names the sources there are where none fits', async () => {
    await bench.add(orderRun('run_1', true));
    await expect(knowledge.extractPlaybooks({ source: 'other' }, context)).rejects.toMatchObject({
      code: 'not_found',
      fix: expect.stringContaining('made-up'),
    });
  });

  test('pages with a cursor and keeps the receipt', async () => {
    const other = (id: string) => {
      const trace = orderRun(id, true);
      return { ...trace, run: { ...trace.run, task_id: `returns-${id}` } };
    };
    await bench.add(orderRun('run_1', true), orderRun('run_2', true), other('run_5'), other('run_6'));
    const first = await knowledge.extractPlaybooks({ limit: 1 }, context);
    expect(first).toMatchObject({ count: 2 });
    const second = await knowledge.extractPlaybooks({ limit: 1, cursor: first.next_cursor }, context);
    expect(second.playbooks).toHaveLength(1);
    expect(second.playbooks).not.toEqual(first.playbooks);
    expect([second.receipt_id, second.next_cursor]).toEqual([first.receipt_id, undefined]);
  });
});

test('the ledger is read from what stands in the store', async () => {
  await bench.add(orderRun('run_1', true), orderRun('run_2', false));
  await scoring.scoreRuns({ all_unscored: true }, context);
  const [all] = await knowledge.ledger();
  expect(all).toMatchObject({ task_type: '*', sample_count: 2, success_rate: { value: 0.5 } });
});

test('a run without a scratchpad has none, and an unknown run is unknown', async () => {
  await bench.add(traceOf('run_1', [user('Hi there'), agent('Hello.')]));
  expect(await knowledge.scratchpad('run_1')).toBeNull();
  expect(await knowledge.scratchpad('run_2')).toBeUndefined();
});

describe('compare_drift', () => {
  test('of scores tells which runs are judged otherwise, and which reasons came and went', async () => {
    await bench.add(orderRun('run_1', true), orderRun('run_2', false));
    await scoring.scoreRuns({ all_unscored: true }, context);
    now = '2026-03-01T00:00:00.000Z';
    await scoring.override('run_2', 'accepted', 'It was fine.', context);
    const drift = await knowledge.compareDrift({ kind: 'scores', from: '2026-02-01', to: 'now' }, context);
    expect(drift.changed).toMatchObject([{ id: 'run_2', before: 'rejected', after: 'accepted' }]);
    expect(drift.changed[0]?.reasons.join()).toContain('+ override: A person set this to accepted');
    expect(drift.summary).toBe('1 of 2 runs is judged otherwise: 1 rejected -> accepted.');
    const receipt = await bench.store.receipts.getReceipt(drift.receipt_id);
    expect(receipt).toMatchObject({ command: 'compare_drift', record_counts: { in: 2, out: 1 } });
  });

  test('of scores compares versions of the scorer, old ones too', async () => {
    await bench.add(orderRun('run_1', true));
    await scoring.scoreRuns({ all_unscored: true }, context);
    const same = await knowledge.compareDrift({ kind: 'scores', from: scoring.version, to: 'now' }, context);
    expect(same.changed).toEqual([]);
    await expect(knowledge.compareDrift({ kind: 'scores', from: 'other@9', to: 'now' }, context)).rejects.toMatchObject(
      { code: 'not_found' },
    );
  });

  test('of the corpus tells traits that came, went or moved beyond chance', async () => {
    await bench.add(orderRun('run_1', true));
    const drift = await knowledge.compareDrift({ kind: 'corpus', from: '2020-01-01', to: 'made-up' }, context);
    expect(drift.changed.map((one) => [one.id, one.after])).toContainEqual(['tool cancel_order', '1 of 1 runs']);
    const none = await knowledge.compareDrift({ kind: 'corpus', from: 'made-up', to: 'now' }, context);
    expect(none.changed).toEqual([]);
    await expect(knowledge.compareDrift({ kind: 'corpus', from: 'nowhere', to: 'now' }, context)).rejects.toMatchObject(
      { code: 'not_found' },
    );
  });

  test('refuses a time that does not exist', async () => {
    await expect(
      knowledge.compareDrift({ kind: 'library', from: '2026-13-45', to: 'now' }, context),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

test('drift of the library tells versions and states at two times, with what was done in between', async () => {
  const { library } = bench.store;
  await library.admit(versionOf({ created_at: '2026-01-01T00:00:00.000Z' }), null);
  await library.move({
    name: 'add_numbers',
    states: [{ version: 1, from: 'staged', to: 'active' }],
    current: { from: 1, to: 1 },
    change: changeOf({
      name: 'add_numbers',
      version: 1,
      action: 'promote',
      before: placeText('staged', 1),
      after: placeText('active', 1),
      reason: 'seen in use',
      via: 'cli',
      at: '2026-01-10T00:00:00.000Z',
    }),
  });
  now = '2026-02-01T00:00:00.000Z';
  const of = (from: string, to: string) => knowledge.compareDrift({ kind: 'library', from, to }, context);
  expect((await of('2026-01-05', 'now')).changed).toEqual([
    {
      id: 'add_numbers',
      before: 'version 1, staged',
      after: 'version 1, active',
      reasons: [
        '2026-01-10T00:00:00.000Z version 1 promote (staged; current 1 -> active; current 1), via cli: seen in use',
      ],
    },
  ]);
  expect((await of('2025-12-01', '2026-01-05')).changed).toMatchObject([
    { before: 'not there', after: 'version 1, staged', reasons: [] },
  ]);
  expect((await of('2026-01-15', 'now')).changed).toEqual([]);
});
