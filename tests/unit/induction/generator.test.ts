import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { loadConfig } from '../../../src/config.js';
import { fixedClock, plainContext } from '../../../src/context.js';
import type { RunTrace } from '../../../src/evidence/model.js';
import { createInductionGenerator } from '../../../src/generate/induction/induction.js';
import type { ProposeRequest } from '../../../src/generate/model.js';
import { sha256 } from '../../../src/hash.js';
import type { Act, NeedCluster } from '../../../src/needs/model.js';
import type { ScoringService } from '../../../src/scoring/service.js';
import type { SpecRecord } from '../../../src/specs/model.js';
import type { Store } from '../../../src/store.js';
import { plantedRuns } from './planted.js';
import { scoreOf } from './traces.js';

const at = '2026-01-01T00:00:00.000Z';
const clusters = ['refunds', 'parcels', 'talk'] as const;

let home: string;
let store: Store;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'induction-'));
  store = createSqliteStore(loadConfig({}, { home, db: join(home, 'foundry.db') }).db);
});

afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

/** Every call of a run is in the cluster of parcels where parcels are tracked, else in that of refunds; what is said is talk. */
function actsOf(trace: RunTrace): { act: Act; cluster: string }[] {
  const calls = trace.records.filter((one) => one.tool_calls.length > 0);
  const tools = calls.flatMap((one) => one.tool_calls.map((call) => call.name));
  const make = (ordinal: number, evidence: string[], made: boolean): Act => ({
    act_id: `act_${trace.run.run_id}_${ordinal}`,
    run_id: trace.run.run_id,
    ordinal,
    intent: 'intent',
    action: 'action',
    calls: made ? [{ tool: tools[0] ?? '', arguments: {}, result: {}, failed: false }] : [],
    observation: '',
    grounding: null,
    segments: [],
    evidence_ids: evidence,
  });
  const talk = trace.records.filter((one) => one.role === 'user').map((one) => one.evidence_id);
  const worked = make(
    1,
    calls.map((one) => one.evidence_id),
    true,
  );
  return [
    { act: make(0, talk, false), cluster: 'talk' },
    { act: worked, cluster: tools.includes('track_parcel') ? 'parcels' : 'refunds' },
  ];
}

async function fill(traces: readonly RunTrace[]): Promise<void> {
  await store.evidence.putSource({
    source_id: 'source_1',
    source: 'desk',
    path: '/runs.jsonl',
    origin: 'file',
    format: 'openai_chat',
    bytes: 1,
    sha256: sha256('x'),
    importer: 'openai_chat@1',
    redaction_policy: 'none',
    imported_at: at,
  });
  await store.evidence.append({ runs: traces.map((one) => one.run), records: traces.flatMap((one) => one.records) });
  const acts = traces.flatMap(actsOf);
  const group = (cluster: string) => `group_${cluster}`;
  const needs = acts.map(({ act, cluster }) => ({
    need_id: `need_${act.act_id}`,
    act_id: act.act_id,
    run_id: act.run_id,
    text: cluster,
    group_id: group(cluster),
  }));
  const mining = {
    mining_id: 'mining',
    config: {},
    runs: traces.length,
    acts: acts.length,
    needs: needs.length,
    groups: 3,
    merged: 0,
    rejected: 0,
    created_at: at,
  };
  await store.needs.putMining(
    mining,
    acts.map((one) => one.act),
    needs,
    traces.map((one) => one.run.run_id),
  );
  const made = clusters.map(
    (label, index): NeedCluster => ({
      cluster_id: label,
      clustering_id: 'clustering',
      index,
      label,
      size: 1,
      groups: 1,
      runs: 1,
      cohesion: 1,
      tools: [],
      sample_act_ids: [],
    }),
  );
  const clustering = {
    clustering_id: 'clustering',
    mining_id: 'mining',
    config: {},
    count: 3,
    embedding: { model: 'm', dimensions: 1 },
    created_at: at,
  };
  await store.needs.putClustering(clustering, made, new Map(clusters.map((one) => [group(one), one])));
}

/** Accepts the runs whose number is below a limit. */
function scoringUpTo(limit: number): ScoringService {
  const judge = (runId: string) => scoreOf(runId, Number(runId.slice(4)) < limit ? 'accepted' : 'rejected');
  return {
    version: '1',
    scoresOf: async (traces) => new Map(traces.map((one) => [one.run.run_id, judge(one.run.run_id)])),
    scoreRuns: () => Promise.reject(new Error('not asked for')),
    override: () => Promise.reject(new Error('not asked for')),
    overrideAll: () => Promise.reject(new Error('not asked for')),
    takeBack: () => Promise.reject(new Error('not asked for')),
  };
}

function generator(scoring: ScoringService) {
  return createInductionGenerator({ store, scoring, isDestructive: async (tool) => isDestructiveName(tool) });
}

function request(clusterId: string | null, clusteringId = 'clustering'): ProposeRequest {
  return { clusteringId, clusterId, templateMode: 'none', sampleSize: 8, maxTests: 4, maxClusters: null, retries: 0 };
}

describe('the induction generator', () => {
  it('proposes each skill once, with its cluster, and says where the others went', async () => {
    await fill(plantedRuns({ runs: 45, noise: 0, seed: 1 }));
    const outcome = await generator(scoringUpTo(45)).propose(request(null), plainContext());
    expect(outcome.status).toBe('proposed');
    expect(outcome.proposals.map((one) => [one.spec.name, one.clusterId]).sort()).toEqual([
      ['get_order_and_track_parcels', 'parcels'],
      ['refund_order_for_ticket', 'refunds'],
      ['reset_password_for_ticket', 'refunds'],
    ]);
    expect(outcome.skipped).toEqual([{ cluster_id: 'talk', reason: 'its acts hold no tool calls' }]);
    for (const { pattern } of outcome.proposals) {
      expect(pattern?.train_run_ids.filter((run) => pattern.held_out_run_ids.includes(run))).toEqual([]);
      expect(pattern?.calls_replaced).toBeGreaterThan(0);
    }
  });

  it('says what the skills make of the corpus, and each one its share', async () => {
    await fill(plantedRuns({ runs: 45, noise: 0, seed: 1 }));
    const induction = generator(scoringUpTo(45));
    const { compression } = await induction.propose(request(null), plainContext());
    const { runs = 0, calls = 0, size_before: before = 0, size_after: after = 0, shares = {} } = compression ?? {};
    expect([runs, calls]).toEqual([
      45,
      (await store.evidence.listRuns({}, 100)).reduce((sum, run) => sum + run.calls, 0),
    ]);
    expect(before).toBeGreaterThan(after);
    expect(Object.keys(shares).sort()).toEqual([
      'get_order_and_track_parcels',
      'refund_order_for_ticket',
      'reset_password_for_ticket',
    ]);
    const saved = Object.values(shares).reduce((sum, share) => sum + share, 0);
    // What the skills themselves take up comes on top.
    expect(after).toBeGreaterThan(before * (1 - saved));
    expect((await induction.propose(request('parcels'), plainContext())).compression).toBeUndefined();
  });

  it('selects from the same skills for one cluster', async () => {
    await fill(plantedRuns({ runs: 45, noise: 0, seed: 1 }));
    const induction = generator(scoringUpTo(45));
    const one = await induction.propose(request('parcels'), plainContext());
    expect(one.proposals.map((each) => each.spec.name)).toEqual(['get_order_and_track_parcels']);
    const none = await induction.propose(request('talk'), plainContext());
    expect([none.status, none.skipped.length]).toEqual(['skipped', 1]);
  });

  it('learns again where the logs define a tool, and takes its word that it changes something', async () => {
    await fill(plantedRuns({ runs: 45, noise: 0, seed: 1 }));
    const induction = generator(scoringUpTo(45));
    const one = await induction.propose(request('parcels'), plainContext());
    expect(JSON.stringify(one.proposals[0]?.spec.input_schema)).not.toContain('(');
    expect(one.proposals[0]?.pattern?.destructive_tools).toEqual([]);
    const annotations = { destructiveHint: true };
    const input_schema = { type: 'object', properties: { order_id: { description: 'Its number' } } };
    const tool = { name: 'get_order', description: '', input_schema, inferred: false, annotations };
    await store.evidence.putToolDefinitions('source_1', [tool]);
    const told = await induction.propose(request('parcels'), plainContext());
    expect(JSON.stringify(told.proposals[0]?.spec.input_schema)).toContain('Argument order_id of get_order');
    expect(JSON.stringify(told.proposals[0]?.spec.input_schema)).toContain('Its number');
    expect(told.proposals[0]?.pattern?.destructive_tools).toEqual(['get_order']);
  });

  it('learns nothing from runs that were rejected', async () => {
    await fill(plantedRuns({ runs: 45, noise: 0, seed: 1 }));
    const outcome = await generator(scoringUpTo(0)).propose(request(null), plainContext());
    expect(outcome.status).toBe('skipped');
    expect(outcome.skipped.map((one) => one.reason)).toContain('none of its runs is accepted');
    const some = await generator(scoringUpTo(30)).propose(request(null), plainContext());
    const learntFrom = some.proposals.flatMap(({ pattern }) => [
      ...(pattern?.train_run_ids ?? []),
      ...(pattern?.held_out_run_ids ?? []),
    ]);
    expect(learntFrom.length).toBeGreaterThan(0);
    expect(learntFrom.filter((run) => Number(run.slice(4)) >= 30)).toEqual([]);
  });

  it('hands out the code of what it proposed, and of nothing else', async () => {
    await fill(plantedRuns({ runs: 45, noise: 0, seed: 1 }));
    const induction = generator(scoringUpTo(45));
    const [first] = (await induction.propose(request('parcels'), plainContext())).proposals;
    if (!first?.pattern) throw new Error('nothing proposed');
    const record: SpecRecord = {
      spec_id: 'spec_1',
      spec: first.spec,
      generator: 'induction',
      cluster_id: 'parcels',
      clustering_id: 'clustering',
      author_saw_all: false,
      created_at: fixedClock().now(),
    };
    await store.specs.putSpec(record, first.hiddenTests);
    await store.specs.putPatterns([{ ...first.pattern, spec_id: 'spec_1' }]);
    const ask = (one: SpecRecord) =>
      induction.generate({ record: one, lastFailure: null, lastCode: null, attempt: 1 }, plainContext());
    expect(await ask(record)).toEqual({ kind: 'code', code: first.pattern.code, language: 'typescript' });
    expect((await ask({ ...record, spec_id: 'spec_2' })).kind).toBe('none');
  });

  it('refuses a clustering that is not there', async () => {
    await expect(generator(scoringUpTo(1)).propose(request(null, 'none'), plainContext())).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
