import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { loadConfig } from '../../../src/config.js';
import { fixedClock, plainContext } from '../../../src/context.js';
import { createEvidenceService } from '../../../src/evidence/evidence-service.js';
import { silentLogger } from '../../../src/log.js';
import { createEmbedder } from '../../../src/models/embedders.js';
import type { Embedder } from '../../../src/models/model.js';
import { createNeedsService } from '../../../src/needs/needs-service.js';
import type { NeedsService } from '../../../src/needs/service.js';
import { createRoots } from '../../../src/roots.js';
import { createScoringService } from '../../../src/scoring/scoring-service.js';
import type { Store } from '../../../src/store.js';
import { type Said, traceOf } from './traces.js';

let folder: string;
let store: Store;
let embedder: Embedder;
let needs: NeedsService;
const context = plainContext();

const things = ['kettle', 'lamp', 'chair', 'desk', 'phone', 'clock', 'shelf', 'mirror', 'rug', 'fan'];

function run(index: number): Said[] {
  const thing = things[index % things.length] ?? '';
  return index < 10
    ? [
        { user: `Please send the money back for the broken ${thing} that I bought.` },
        { assistant: null, calls: [['issue_refund', { item: thing }, 'refunded']] },
        { assistant: 'The money is on its way.' },
      ]
    : [
        { user: `My ${thing} should go to another street, I have moved house.` },
        { assistant: null, calls: [['change_address', { item: thing }, 'changed']] },
        { assistant: 'It goes to the new street.' },
      ];
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'needs-'));
  const config = loadConfig({ FOUNDRY_HOME: folder }, {}, { cwd: folder, home: folder, platform: 'linux' });
  store = createSqliteStore(config.db);
  const common = { config, store, clock: fixedClock(), log: silentLogger };
  embedder = createEmbedder(common);
  needs = createNeedsService({
    ...common,
    embedder,
    evidence: createEvidenceService({ ...common, roots: createRoots([folder], [], folder) }),
    scoring: createScoringService(common),
  });
  const traces = Array.from({ length: 20 }, (_, index) => traceOf(`run_${String(index).padStart(2, '0')}`, run(index)));
  await store.evidence.putSource({
    source_id: 'source_1',
    source: 'desk',
    path: '/desk.jsonl',
    origin: 'file',
    format: 'openai_chat',
    bytes: 1,
    sha256: '0'.repeat(64),
    importer: 'openai_chat@1',
    redaction_policy: 'none',
    imported_at: '2026-01-01T00:00:00.000Z',
  });
  await store.evidence.append({
    runs: traces.map((trace) => trace.run),
    records: traces.flatMap((trace) => trace.records),
  });
});

afterEach(async () => {
  await embedder.close?.();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('mining', () => {
  it('counts runs, acts, needs and groups, scores the runs on the way, and leaves a receipt', async () => {
    const mined = await needs.mineNeeds({}, context);
    expect(mined).toMatchObject({ runs: 20, acts: 20, needs: 20, rejected: 0 });
    expect(mined.merged).toBe(mined.needs - mined.groups);
    expect(mined.groups).toBeLessThan(20);
    expect((await store.scores.effective(['run_00', 'run_19'])).size).toBe(2);
    expect(await store.receipts.getReceipt(mined.receipt_id)).toMatchObject({
      command: 'mine_needs',
      counts: { acts: 20 },
    });
    const groups = await store.needs.groupsOf(mined.mining_id);
    expect(groups.reduce((sum, group) => sum + group.size, 0)).toBe(20);
    expect((await store.needs.runsOfMining(mined.mining_id)).length).toBe(20);
  });

  it('is the same mining for the same evidence and options, and another for others', async () => {
    const first = await needs.mineNeeds({}, context);
    expect((await needs.mineNeeds({}, context)).mining_id).toBe(first.mining_id);
    const some = await needs.mineNeeds({ run_ids: ['run_00', 'run_11'] }, context);
    expect(some).toMatchObject({ runs: 2, acts: 2 });
    expect(some.mining_id).not.toBe(first.mining_id);
    expect((await store.needs.listMinings(10)).length).toBe(2);
  });

  it('takes the first acts, or a sample by seed', async () => {
    expect(await needs.mineNeeds({ limit_acts: 3 }, context)).toMatchObject({ acts: 3 });
    const acts = async (seed: number) => {
      const { mining_id } = await needs.mineNeeds({ sample_acts: 5, seed }, context);
      return (await store.needs.needsOf(mining_id)).map((need) => need.act_id);
    };
    expect(await acts(1)).toHaveLength(5);
    expect(await acts(1)).toEqual(await acts(1));
    expect(await acts(2)).not.toEqual(await acts(1));
  });

  it('counts acts whose chosen parts say nothing as rejected', async () => {
    expect(await needs.mineNeeds({ need_text: ['grounding'] }, context)).toMatchObject({
      acts: 20,
      needs: 0,
      rejected: 20,
    });
  });

  it('mines what is in the logs that it is given, also where they were imported before as another source', async () => {
    const line = (at: number) =>
      `${JSON.stringify({
        messages: [
          { role: 'user', content: `Find parcel ${at} for me, please.` },
          { role: 'assistant', content: `It is in hall ${at}.` },
        ],
      })}\n`;
    const path = join(folder, 'chats.jsonl');
    writeFileSync(path, line(1) + line(2));
    expect(await needs.mineNeeds({ path, source: 'before' }, context)).toMatchObject({ runs: 2 });
    expect(await needs.mineNeeds({ path }, context)).toMatchObject({ runs: 2 });
    writeFileSync(path, line(1) + line(2) + line(3));
    expect(await needs.mineNeeds({ path }, context)).toMatchObject({ runs: 3 });
  });

  it('says so where there is nothing to mine', async () => {
    await expect(needs.mineNeeds({ source: 'nowhere' }, context)).rejects.toMatchObject({
      code: 'not_found',
      message: 'No run has the source "nowhere".',
      fix: 'Sources there are: desk.',
    });
  });

  it('stops when it is cancelled', async () => {
    const aborted = plainContext('cli', AbortSignal.abort());
    await expect(needs.mineNeeds({}, aborted)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await store.needs.listMinings(10)).toEqual([]);
  });
});

describe('clustering', () => {
  it('puts groups that call for the same thing together, names them, and finds them again', async () => {
    const { mining_id, groups } = await needs.mineNeeds({}, context);
    const found = await needs.clusterNeeds({ mining_id, k: 2 }, context);
    expect(found.count).toBe(2);
    expect(found.embedding).toEqual({ model: 'use-lite-512@1', dimensions: 512 });
    expect(found.sizes).toEqual({ min: 10, median: 10, mean: 10, max: 10 });
    expect(found.clusters.map((cluster) => cluster.tools)).toEqual(
      expect.arrayContaining([['issue_refund'], ['change_address']]),
    );
    expect(found.clusters.reduce((sum, cluster) => sum + cluster.groups, 0)).toBe(groups);
    expect(found.clusters[0]?.cluster_id).toMatch(/^need_0000\.[0-9a-f]{12}$/);
    expect(found.clusters[0]?.label).toMatch(/^(issue refund|change address): /);
    expect(found.clusters[0]?.samples.length).toBeGreaterThan(0);
    expect(await needs.clusterNeeds({ mining_id, k: 2 }, context)).toEqual(found);
    expect(await needs.clusterNeeds({ mining_id, k: 2, reuse: false }, context)).toEqual(found);
  });

  it('assigns every act of the mining to one cluster', async () => {
    const { mining_id } = await needs.mineNeeds({}, context);
    const { clustering_id, clusters } = await needs.clusterNeeds({ mining_id, k: 2 }, context);
    const assignments = await store.needs.assignmentsOf(clustering_id);
    expect(new Set(assignments.map((row) => row.act_id)).size).toBe(20);
    const first = clusters[0]?.cluster_id ?? '';
    const members = assignments.filter((row) => row.cluster_id === first).map((row) => row.act_id);
    expect((await store.needs.actsOfCluster(first, 50)).map((act) => act.act_id)).toEqual(members);
  });

  it('hands out pages, each with the sizes of all clusters', async () => {
    const { mining_id } = await needs.mineNeeds({}, context);
    const page = await needs.clusterNeeds({ mining_id, k: 2, limit: 1 }, context);
    expect(page.clusters).toHaveLength(1);
    const next = await needs.clusterNeeds({ mining_id, k: 2, limit: 1, cursor: page.next_cursor }, context);
    expect(next.next_cursor).toBeUndefined();
    expect(next.sizes).toEqual(page.sizes);
    expect(next.clusters[0]?.cluster_id).not.toBe(page.clusters[0]?.cluster_id);
    const foreign = needs.clusterNeeds({ mining_id, k: 1, cursor: page.next_cursor }, context);
    await expect(foreign).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it('says so where the mining is not there', async () => {
    const unknown = needs.clusterNeeds({ mining_id: 'mining_0' }, context);
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  });
});
