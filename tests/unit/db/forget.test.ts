import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { fixedClock } from '../../../src/context.js';
import { createExecutionRecorder } from '../../../src/evidence/record-execution.js';
import type { Execution } from '../../../src/library/model.js';
import { prepareSpec } from '../../../src/specs/store-spec.js';
import type { Store } from '../../../src/store.js';
import { tempFolder } from '../../support/temp.js';
import { specOf, versionOf } from '../library/fixtures.js';
import { agent, traceOf, user } from '../scoring/traces.js';

const at = '2026-01-01T00:00:00.000Z';

interface Desk {
  readonly store: Store;
  readonly bytes: () => string;
  /** Runs a version once, with a word that stands in its input alone; returns the run that became evidence of it. */
  execute(id: string, version: number, word: string, dryRun?: boolean): Promise<string>;
}

async function desk(): Promise<Desk> {
  const folder = tempFolder();
  const store = createSqliteStore(join(folder, 'foundry.db'));
  onTestFinished(() => store.close());
  const record = createExecutionRecorder(store.evidence);
  return {
    store,
    bytes: () =>
      readdirSync(folder)
        .map((file) => readFileSync(join(folder, file), 'latin1'))
        .join(''),
    async execute(id, version, word, dryRun = false) {
      const execution: Execution = {
        execution_id: id,
        name: 'add_numbers',
        version,
        input: { a: 1, b: 2, note: word },
        observation: { status: 'ok', payload: { sum: 3 }, prov: [] },
        error: null,
        calls: [],
        dry_run: dryRun,
        duration_ms: 1,
        at,
        via: 'cli',
      };
      await store.library.putExecution(execution);
      await record(execution);
      const runs = await store.evidence.listRuns({}, 100);
      return runs.find((run) => run.native_id === id)?.run_id ?? '';
    },
  };
}

/** A version whose spec an agent wrote for a clustering, or that rests on none. */
async function admit(store: Store, clusteringId: string | null, sum: number, clusterId?: string): Promise<void> {
  const spec = specOf({
    tests: [{ name: `adds ${sum}`, input: { a: sum, b: 0 }, expected: { status: 'ok', payload: { sum } } }],
  });
  const draft = {
    spec,
    hiddenTests: [],
    generator: 'agent' as const,
    clusterId: clusterId ?? null,
    clusteringId,
    authorSawAll: true,
  };
  const { record } = await prepareSpec({ store, clock: fixedClock() }, draft);
  await store.specs.putSpec(record, []);
  const current = (await store.library.get(spec.name))?.version ?? null;
  const content_hash = String(sum).padStart(64, '0');
  await store.library.admit(versionOf({ spec, spec_id: record.spec_id, content_hash }), current);
}

test('a run of a capability is forgotten with its execution, and the others stay', async () => {
  const { store, bytes, execute } = await desk();
  await admit(store, null, 3);
  const run = await execute('exec_1', 1, 'quixotic');
  await execute('exec_2', 1, 'jubilant');
  expect(bytes()).toContain('quixotic');
  const { counts } = await store.forgetting.forget({ by: 'run', runId: run }, false);
  await store.forgetting.scrub();
  expect(counts).toMatchObject({ runs: 1, executions: 1 });
  expect(await store.library.getExecution('exec_1')).toBeUndefined();
  expect(await store.library.getExecution('exec_2')).toBeDefined();
  expect(await store.library.get('add_numbers')).toBeDefined();
  expect(bytes()).not.toContain('quixotic');
  expect(bytes()).toContain('jubilant');
});

test('a version that goes takes its executions, their evidence and its plans; another version keeps its own', async () => {
  const { store, bytes, execute } = await desk();
  const clustering = await clusteringOf(store, 'run_a');
  await admit(store, null, 3);
  await admit(store, clustering, 4);
  const kept = await execute('exec_1', 1, 'jubilant');
  const gone = await execute('exec_2', 2, 'quixotic');
  await execute('exec_3', 2, 'dryasdust', true);
  for (const version of [1, 2]) {
    const planned_calls = [{ name: 'desk.close', args: { version } }];
    const plan = {
      plan_id: `plan_${version}`,
      name: 'add_numbers',
      version,
      input_hash: 'x',
      planned_calls,
      created_at: at,
    };
    await store.library.putPlan(plan);
  }
  const { counts } = await store.forgetting.forget({ by: 'run', runId: 'run_a' }, false);
  await store.forgetting.scrub();
  expect(counts).toMatchObject({ capability_versions: 1, executions: 2, plans: 1, runs: 2, specs: 1 });
  expect((await store.library.versions('add_numbers')).map((one) => one.version)).toEqual([1]);
  expect(await store.evidence.getRun(gone)).toBeUndefined();
  expect(await store.evidence.getRun(kept)).toBeDefined();
  expect(await store.library.takePlan('plan_2')).toBeUndefined();
  expect(await store.library.takePlan('plan_1')).toBeDefined();
  for (const word of ['quixotic', 'dryasdust']) expect(bytes()).not.toContain(word);
  expect(bytes()).toContain('jubilant');
});

test('a spec that an agent wrote stays where its cluster held no act of what is forgotten, and goes where it did', async () => {
  const { store } = await desk();
  const clustering = await clusteringOf(store, 'run_a', 'run_b');
  await admit(store, clustering, 3, 'cluster of run_a');
  await admit(store, clustering, 4, 'cluster of run_b');
  const { counts, keptSpecs } = await store.forgetting.forget({ by: 'run', runId: 'run_a' }, false);
  expect([counts['specs'], counts['clusterings'], keptSpecs]).toEqual([1, 1, 1]);
  expect((await store.library.versions('add_numbers')).map((one) => one.version)).toEqual([2]);
  const [kept] = await store.specs.listSpecs({}, 10);
  expect(kept).toMatchObject({ cluster_id: null, clustering_id: null });
});

test('a dry run counts all of it and removes none', async () => {
  const { store, execute } = await desk();
  await admit(store, null, 3);
  const run = await execute('exec_1', 1, 'quixotic');
  const { counts } = await store.forgetting.forget({ by: 'run', runId: run }, true);
  expect(counts).toMatchObject({ runs: 1, executions: 1 });
  expect(await store.library.getExecution('exec_1')).toBeDefined();
});

/** Runs of one act each, a mining of them and a clustering of that, in which each run is a cluster: `cluster of RUN`. */
async function clusteringOf(store: Store, ...runIds: readonly string[]): Promise<string> {
  const traces = runIds.map((id) => traceOf(id, [user('Add'), agent('3')]));
  for (const { run, records } of traces) {
    await store.evidence.putSource({
      source_id: run.source_id,
      source: run.source,
      path: '/logs/a.jsonl',
      origin: 'file',
      format: 'openai_chat',
      bytes: 1,
      sha256: 'a'.repeat(64),
      importer: 'openai_chat@1',
      redaction_policy: 'p',
      imported_at: at,
    });
    await store.evidence.append({ runs: [run], records });
  }
  const told = { intent: 'Add', action: 'Add', calls: [], observation: '', grounding: null, segments: [] };
  const acts = runIds.map((id) => ({ act_id: `act of ${id}`, run_id: id, ordinal: 0, ...told, evidence_ids: [] }));
  const needs = runIds.map((id) => ({
    need_id: `need of ${id}`,
    act_id: `act of ${id}`,
    run_id: id,
    text: `add ${id}`,
    group_id: id,
  }));
  const counts = { runs: 1, acts: 1, needs: 1, groups: 1, merged: 0, rejected: 0 };
  await store.needs.putMining({ mining_id: 'mining_1', config: {}, ...counts, created_at: at }, acts, needs, runIds);
  const clustering_id = 'clustering_1';
  const embedding = { model: 'none', dimensions: 1 };
  const clustering = { clustering_id, mining_id: 'mining_1', config: {}, count: 1, embedding, created_at: at };
  const sizes = { label: 'add', size: 1, groups: 1, runs: 1, cohesion: 1, tools: [], sample_act_ids: [] };
  const clusters = runIds.map((id, index) => ({ cluster_id: `cluster of ${id}`, clustering_id, index, ...sizes }));
  await store.needs.putClustering(clustering, clusters, new Map(runIds.map((id) => [id, `cluster of ${id}`])));
  return clustering_id;
}
