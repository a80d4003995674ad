import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { migrations } from '../../../db/migrations/index.js';
import { openKept } from '../../../db/sqlite/kept.js';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import type { EvidenceRecord, Source } from '../../../src/evidence/model.js';
import { searchableText } from '../../../src/evidence/text.js';
import type { Store } from '../../../src/store.js';
import { madeUpRecord, madeUpRun } from '../../support/made-up-run.js';
import { tempFolder } from '../../support/temp.js';

const source: Source = {
  source_id: 'source_1',
  source: 'desk',
  path: 'desk.jsonl',
  origin: 'file',
  format: 'openai_chat',
  bytes: 1,
  sha256: '',
  importer: 'a@1',
  redaction_policy: 'b',
  imported_at: '2026-01-01',
};

function storeAt(path: string): Store {
  const store = createSqliteStore(path);
  onTestFinished(() => store.close());
  return store;
}

async function storeWith(records: readonly EvidenceRecord[]): Promise<Store> {
  const store = storeAt(join(tempFolder(), 'f.db'));
  await store.evidence.putSource(source);
  const run = madeUpRun('run_a');
  expect(await store.evidence.append({ runs: [run], records })).toEqual({ inserted: records.length, duplicates: 0 });
  return store;
}

const odd = [
  madeUpRecord('run_a', 0, { text: 'a "quoted" line\n\u0000, \ud83d\ude00 and {"json": [1]}', role: 'user' }),
  madeUpRecord('run_a', 1, { session_id: 'another', native_id: '["n"]', text: '', timestamp: '2026-01-01T00:00:00Z' }),
  ...['same words', null, { text: 'same words' }, 0, '', []].map((content, at) =>
    madeUpRecord('run_a', 2 + at, {
      text: 'same words',
      tool_result: { call_id: 'c', name: null, content, is_error: false },
    }),
  ),
  madeUpRecord('run_a', 8, {
    text: 'half a pair: \ud83d',
    tool_result: { call_id: null, name: 'n', content: 'half a pair: \ud83d', is_error: null },
  }),
  madeUpRecord('run_a', 9, { tool_result: { call_id: null, name: 'n', content: null, is_error: null } }),
  madeUpRecord('run_a', 10, {
    tool_calls: [{ id: null, name: 'n', arguments: { text: null, deep: [{ a: 1.5 }] }, raw_arguments: null }],
    outcome: { kind: 'reward', value: 1, grader: 'g' },
    usage: { input_tokens: 1, output_tokens: 0, cost_usd: null },
    is_human: true,
    is_sidechain: true,
    model: 'm',
  }),
  madeUpRecord('run_a', 11, { is_abandoned: true, text: 'left' }),
];

describe('a record in the store', () => {
  test('reads as it was given, to the order of its fields, whatever stands in it', async () => {
    const store = await storeWith(odd);
    const trace = await store.evidence.getTrace('run_a', 'all');
    expect(trace?.records).toEqual(odd);
    const without = odd.filter((one) => !one.is_abandoned);
    expect(JSON.stringify((await store.evidence.getTrace('run_a'))?.records.map((one) => [one.tool_result, one]))).toBe(
      JSON.stringify(without.map((one) => [one.tool_result, one])),
    );
  });

  test('whose id begins like that of another is kept beside it, found, and known again', async () => {
    const ids = ['0', '1', '2'].map((end) => `${'ab'.repeat(31)}0${end}`);
    const records = ids.map((evidence_id, at) => madeUpRecord('run_a', at, { evidence_id, text: `word${at}` }));
    const store = await storeWith(records.slice(0, 1));
    const others = records.slice(1).map((one) => ({ ...one, run_id: 'run_b', session_id: 'run_b' }));
    const run = madeUpRun('run_b');
    await store.evidence.append({ runs: [run], records: others });
    expect(await store.evidence.append({ runs: [madeUpRun('run_a')], records })).toEqual({
      inserted: 0,
      duplicates: 3,
    });
    for (const record of [...records.slice(0, 1), ...others])
      expect(await store.evidence.getRecord(record.evidence_id)).toEqual(record);
    expect(await store.evidence.idsStartingWith('record', 'ababab', 9)).toEqual(ids);
    expect(await store.evidence.idsStartingWith('record', ids[1] ?? '', 9)).toEqual([ids[1]]);
    expect(await store.evidence.idsStartingWith('record', '', 2)).toEqual(ids.slice(0, 2));
    expect(await store.evidence.idsStartingWith('record', 'abac', 9)).toEqual([]);
    expect(await store.evidence.idsStartingWith('record', 'desk', 9)).toEqual([]);
    await store.forgetting.forget({ by: 'run', runId: 'run_a' }, false);
    const elsewhere = others.map((one) => ({ ...one, ordinal: one.ordinal + 5 }));
    expect(await store.evidence.append({ runs: [run], records: elsewhere })).toEqual({ inserted: 0, duplicates: 2 });
  });

  test('of an older store keeps its place, its words, its embedding and its id when the store is opened', async () => {
    const path = join(tempFolder(), 'f.db');
    const before = migrations.findIndex(({ name }) => name === 'lean_evidence');
    const old = openKept(path);
    for (const { sql } of migrations.slice(0, before)) old.exec(sql);
    old.pragma(`user_version = ${before}`);
    old.prepare('INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(Object.values(source));
    old.exec(`INSERT INTO runs VALUES ('run_a', 'run_a', 'source_1', 'openai_chat', 'file', NULL, NULL, NULL, NULL, NULL,
      '[]', NULL, NULL, NULL, NULL, '2026-01-01', 12, 1, NULL)`);
    const alike = odd.map((one, at) => ({
      ...one,
      evidence_id: at < 2 ? `${'cd'.repeat(31)}0${at}` : one.evidence_id,
    }));
    const put = old.prepare(
      'INSERT INTO evidence (seq, evidence_id, run_id, ordinal, calls, body, abandoned) VALUES (?, ?, ?, ?, 0, ?, ?)',
    );
    for (const [at, { is_abandoned, ...record }] of alike.entries()) {
      const seq = 7 * at + 3;
      put.run(seq, record.evidence_id, 'run_a', record.ordinal, JSON.stringify(record), is_abandoned ? 1 : 0);
      old.prepare('INSERT INTO evidence_fts (rowid, content) VALUES (?, ?)').run(seq, searchableText(record));
      old.prepare('INSERT INTO evidence_vectors VALUES (?, ?)').run(seq, Buffer.from([at]));
    }
    old.exec("UPDATE evidence_vector_state SET model = 'm', done = 12");
    old.close();

    const store = storeAt(path);
    expect((await store.evidence.getTrace('run_a', 'all'))?.records).toEqual(alike);
    for (const record of alike) expect(await store.evidence.getRecord(record.evidence_id)).toEqual(record);
    expect((await store.evidence.matchWords('left', {}, 9)).seqs).toEqual([80]);
    expect(await store.evidence.recordsAt([80])).toEqual(alike.slice(11));
    expect((await store.meaning.vectors('m', 0, 99)).map(({ seq, vector }) => [seq, ...vector])).toEqual(
      alike.map((_, at) => [7 * at + 3, at]),
    );
    expect(await store.meaning.state('m')).toEqual({ done: 12, epoch: 0 });
    expect(await store.evidence.append({ runs: [madeUpRun('run_a')], records: alike })).toEqual({
      inserted: 0,
      duplicates: 12,
    });
    await store.forgetting.forget({ by: 'run', runId: 'run_a' }, false);
    expect(await store.meaning.vectors('m', 0, 99)).toEqual([]);
  });
});
