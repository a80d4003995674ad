import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../../src/hash.js';
import { sharedData } from '../support/shared-data.js';
import { type CallResult, eras, type WireClient } from '../support/wire.js';

const path = sharedData('tau-airline/trajectories.json');
const modern = eras[1];

interface ProvenanceLine {
  readonly row_id: string;
  readonly run_id: string;
  readonly score: { readonly category: string };
  readonly messages: readonly {
    readonly source_file: string;
    readonly byte_offset: number;
    readonly byte_length: number;
    readonly redacted_hash: string;
  }[];
}

const linesOf = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

describe.skipIf(path === undefined)('the airline recordings, through a client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-airline-'));
  let client: WireClient;
  let clustering = '';

  const done = async (name: string, args: Record<string, unknown>): Promise<CallResult['data']> => {
    for (;;) {
      const result = await client.call(name, args);
      if (result.isError) throw new Error(result.text);
      if (result.data['job_state'] === undefined || result.data['job_state'] === 'done') return result.data;
    }
  };

  beforeAll(async () => {
    if (!path) return;
    client = await modern.connect({ home: join(folder, 'home'), readRoots: [dirname(path)] });
  });
  afterAll(async () => {
    await client?.server.close();
    await client?.server.end(5000);
    rmSync(folder, { recursive: true, force: true });
  });

  test('are imported without a rejection', async () => {
    const first = await done('import_evidence', { path, source: 'airline' });
    expect(first).toMatchObject({ format: 'tau_bench', rejected: 0, duplicates: 0, runs: 100 });
    expect(first['records_read']).toBe(Number(first['imported']) + Number(first['ignored']));
    expect(await done('import_evidence', { path, source: 'airline' })).toMatchObject({ imported: 0, rejected: 0 });
  });

  test('are scored by their rewards', async () => {
    const { by_category } = await done('score_run', { source: 'airline' });
    expect(by_category).toEqual({ accepted: 43, partially_accepted: 0, rejected: 57, needs_human_review: 0 });
  });

  test('are mined and clustered', async () => {
    const mined = await done('mine_needs', { source: 'airline' });
    const clustered = await done('cluster_needs', { mining_id: mined['mining_id'] });
    expect(clustered['count']).toBeGreaterThan(3);
    clustering = String(clustered['clustering_id']);
  });

  test('teach at least three skills, each replayed exactly on runs it was not learnt from', {
    timeout: 180_000,
  }, async () => {
    const proposed = await done('propose_spec', { clustering_id: clustering, generator: 'induction' });
    const specs = proposed['specs'] as { spec_id: string }[];
    const judged = await done('generate_and_gate_code', { spec_ids: specs.map((spec) => spec.spec_id) });
    expect(judged['admitted']).toBeGreaterThanOrEqual(3);
    for (const result of judged['results'] as { status: string; report_uri: string; capability?: { uri: string } }[]) {
      if (result.status !== 'admitted') continue;
      const report = await client.read(result.report_uri);
      expect(report).toMatch(/hidden.*passed/);
      const code = await client.read(`${result.capability?.uri}/code`);
      expect(code.match(/ctx\.call\(/g)?.length ?? 0, code).toBeGreaterThanOrEqual(code.includes('for (') ? 1 : 2);
    }
  });

  test('make rows out of the accepted runs and no other, each leading back to its bytes', async () => {
    const built = await done('build_sft', { name: 'airline' });
    expect(built).toMatchObject({ rows: 43, excluded: { 'not_accepted:rejected': 57 } });
    const files = built['files'] as { path: string; split: string }[];
    const first = files[0]?.path ?? '';
    const provenance = linesOf<ProvenanceLine>(join(dirname(first), 'airline.provenance.jsonl'));
    expect(provenance).toHaveLength(43);
    const log = readFileSync(path ?? '');
    const runs = JSON.parse(log.toString('utf8')) as { reward: number; traj: unknown[] }[];
    const good = new Set(runs.filter((run) => run.reward === 1).flatMap((run) => run.traj.map(hashOf)));
    let checked = 0;
    for (const row of provenance) {
      expect(row.score.category).toBe('accepted');
      for (const message of row.messages) {
        const bytes = log.subarray(message.byte_offset, message.byte_offset + message.byte_length);
        const logged: unknown = JSON.parse(bytes.toString('utf8'));
        // What holds somebody's address stands in the row without it.
        if (/[\w.]+@[\w.]+/.test(bytes.toString('utf8'))) expect(hashOf(logged)).not.toBe(message.redacted_hash);
        else expect(hashOf(logged)).toBe(message.redacted_hash);
        expect(good.has(hashOf(logged))).toBe(true);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(43 * 3);
  });
});
