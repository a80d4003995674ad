import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { loadConfig } from '../../../src/config.js';
import { fixedClock, plainContext } from '../../../src/context.js';
import { createDatasetService } from '../../../src/datasets/dataset-service.js';
import { openaiRowSchema } from '../../../src/datasets/formats/openai.js';
import { type RowProvenance, rowProvenanceSchema } from '../../../src/datasets/provenance.js';
import type { DatasetService } from '../../../src/datasets/service.js';
import { createEvidenceService } from '../../../src/evidence/evidence-service.js';
import type { EvidenceService } from '../../../src/evidence/service.js';
import { hashOf } from '../../../src/hash.js';
import { createLogger } from '../../../src/log.js';
import { createRoots } from '../../../src/roots.js';
import { createScoringService } from '../../../src/scoring/scoring-service.js';
import type { ScoringService } from '../../../src/scoring/service.js';
import type { Store } from '../../../src/store.js';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const airline = join(
  process.env['FOUNDRY_SHARED_DATA'] ?? join(project, '..', 'shared', 'data'),
  'tau-airline',
  'trajectories.json',
);

/** A result file in the shape of tau-bench: a desk that looks up and refunds orders. */
function deskRun(task: number, reward: number): object {
  const mail = `anna${task}@example.com`;
  const traj = [
    { role: 'system', content: 'You refund orders.' },
    { role: 'user', content: `I am ${mail}, refund my order O${task} – “please”.` },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        {
          id: `call_${task}`,
          type: 'function',
          function: { name: 'refund_order', arguments: JSON.stringify({ order: `O${task}`, mail }) },
        },
      ],
    },
    { role: 'tool', tool_call_id: `call_${task}`, name: 'refund_order', content: `{"refunded": ${task}.50}` },
    { role: 'assistant', content: `Done, it goes to ${mail}.` },
    { role: 'user', content: 'Thanks' },
  ];
  const info = { task: { user_id: 'u', actions: [], instruction: 'refund', outputs: [] }, source: 'user' };
  return { task_id: task, reward, info, traj, trial: 0 };
}

describe('a data set from a log file', () => {
  let home: string;
  let store: Store;
  let evidence: EvidenceService;
  let scoring: ScoringService;
  let datasets: DatasetService;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'foundry-logs-'));
    store = createSqliteStore(join(home, 'foundry.db'));
    const config = loadConfig({}, { home, roots: [home], readRoots: [dirname(airline)], file: {} });
    const roots = createRoots(config.roots, config.readRoots, home);
    const common = { config, store, clock: fixedClock() };
    evidence = createEvidenceService({ ...common, roots, log: createLogger('silent') });
    scoring = createScoringService(common);
    datasets = createDatasetService({ ...common, roots, scoring, evidence });
  });
  afterEach(async () => {
    await store.close();
    rmSync(home, { recursive: true, force: true });
  });

  const sidecarOf = (name: string): RowProvenance[] =>
    readFileSync(join(home, 'exports', name, `${name}.provenance.jsonl`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => rowProvenanceSchema.parse(JSON.parse(line)));

  it('leads from every message of every row to its bytes in the file', async () => {
    const path = join(home, 'desk.json');
    writeFileSync(path, JSON.stringify([deskRun(1, 1), deskRun(2, 0), deskRun(3, 1)], null, 2));
    await evidence.importEvidence({ path, source: 'desk' }, plainContext());
    const out = await datasets.buildSft({ name: 'desk', format: 'openai' }, plainContext());
    expect(out).toMatchObject({ rows: 2, excluded: { 'not_accepted:rejected': 1 } });

    const entries = new Map(sidecarOf('desk').map((entry) => [entry.row_id, entry]));
    const raw = readFileSync(path);
    let messages = 0;
    for (const file of out.files) {
      for (const line of readFileSync(file.path, 'utf8').split('\n').filter(Boolean)) {
        const row = openaiRowSchema.parse(JSON.parse(line));
        const entry = entries.get(hashOf(row));
        expect(entry?.split).toBe(file.split);
        for (const source of entry?.messages ?? []) {
          expect(source.source_file).toBe(path);
          const span = raw.subarray(source.byte_offset, source.byte_offset + source.byte_length).toString('utf8');
          const written = row.messages[source.index];
          expect((JSON.parse(span) as { role: string }).role).toBe(written?.role);
          if (written?.role === 'tool') expect((JSON.parse(span) as { content: string }).content).toBe(written.content);
          messages += 1;
        }
      }
    }
    expect(messages).toBe(10);
    expect(await datasets.verify(join(home, 'exports', 'desk'))).toEqual({ rows: 2, problems: [] });
    writeFileSync(path, raw.toString('utf8').replaceAll('refund my order', 'refund your order'));
    expect((await datasets.verify(join(home, 'exports', 'desk'))).problems.length).toBeGreaterThan(0);
  });

  it('holds nothing that a client handed in as content, until a person accepts it', async () => {
    const content = JSON.stringify([deskRun(1, 1)]);
    const fromClient = await evidence.importEvidence({ content, source: 'chat' }, plainContext('mcp'));
    expect(fromClient.runs).toBe(1);
    const first = await datasets.buildSft({ name: 'chat' }, plainContext('mcp'));
    expect(first).toMatchObject({ rows: 0, files: [], excluded: { 'not_accepted:needs_human_review': 1 } });
    const [run] = await store.evidence.listRuns({}, 1);
    await scoring.override(run?.run_id ?? '', 'accepted', 'I saw this happen', plainContext('cli'));
    expect((await datasets.buildSft({ name: 'chat' }, plainContext('mcp'))).rows).toBe(1);
  });

  it.skipIf(!existsSync(airline))(
    `takes the 43 solved runs of the airline file and verifies them (skipped where ${airline} is absent)`,
    async () => {
      await evidence.importEvidence({ path: airline, source: 'airline' }, plainContext());
      const scored = await scoring.scoreRuns({ source: 'airline' }, plainContext());
      expect(scored.by_category).toEqual({
        accepted: 43,
        partially_accepted: 0,
        rejected: 57,
        needs_human_review: 0,
      });
      const out = await datasets.buildSft({ name: 'airline' }, plainContext());
      expect(out).toMatchObject({ rows: 43, excluded: { 'not_accepted:rejected': 57 } });
      const verified = await datasets.verify(join(home, 'exports', 'airline'));
      expect(verified).toEqual({ rows: 43, problems: [] });
    },
  );
});
