import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesUnder, done, endOf, items } from '../support/hostile.js';
import { parcelRuns, writeParcelLog } from '../support/parcel-logs.js';
import { eras, type WireClient } from '../support/wire.js';

interface Logged {
  metadata: { task_id: string };
  messages: unknown[];
  reward: number;
}

describe('a client that wants a run accepted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-trust-'));
  const home = join(folder, 'home');
  const log = writeParcelLog(folder);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const logged = lines.map((line) => JSON.parse(line) as Logged);
  const failed = logged.filter((run) => run.reward === 0);
  let client: WireClient;
  let rejected: string[] = [];

  const scores = async (args: Record<string, unknown>): Promise<Record<string, string>> => {
    const { data } = await done(client, 'score_run', { limit: 50, ...args });
    return Object.fromEntries(items(data['runs']).map((run) => [String(run['run_id']), String(run['category'])]));
  };
  const accepted = async (): Promise<number> => {
    const { data } = await done(client, 'score_run', { source: 'parcels' });
    return Number((data['by_category'] as Record<string, number>)['accepted']);
  };
  const hand = (runs: readonly object[], more: Record<string, unknown> = {}) =>
    client.call('import_evidence', { content: runs.map((run) => JSON.stringify(run)).join('\n'), ...more });

  beforeAll(async () => {
    client = await eras[1].connect({ home, readRoots: [folder] });
    await done(client, 'import_evidence', { path: log, source: 'parcels' });
    const found = await scores({ source: 'parcels' });
    rejected = Object.keys(found).filter((id) => found[id] === 'rejected');
    expect(rejected).toHaveLength(parcelRuns.rejected);
  });

  afterAll(async () => {
    await endOf(client);
    rmSync(folder, { recursive: true, force: true });
  });

  test('gains nothing by handing the same run in again with a full reward', async () => {
    const better = failed.map((run) => ({ ...run, reward: 1 }));
    expect((await hand(better, { source: 'parcels' })).isError).toBe(false);
    const after = await scores({ source: 'parcels' });
    for (const id of rejected) expect(after[id]).toBe('rejected');
    expect(await accepted()).toBe(parcelRuns.accepted);
    const others = Object.keys(after).filter((id) => after[id] === 'needs_human_review');
    expect(others).toHaveLength(failed.length);
  });

  test('gains nothing by handing in the expected actions of a task, for a run of its own or for one of a file', async () => {
    const call = { id: 'a', type: 'function', function: { name: 'find_order', arguments: '{"order_id":"O-1"}' } };
    const traj = [
      { role: 'user', content: 'Where is order O-1?' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: '{"at":"Oslo"}' },
      { role: 'assistant', content: 'It is in Oslo.' },
    ];
    const info = { task: { instruction: 'x', actions: [{ name: 'find_order', kwargs: { order_id: 'O-1' } }] } };
    writeFileSync(join(folder, 'plain.json'), JSON.stringify([{ task_id: 'p', trial: 0, traj }]));
    await done(client, 'import_evidence', { path: join(folder, 'plain.json'), source: 'plain' });
    await hand([{ task_id: 'p', trial: 0, traj, info }], { source: 'plain' });
    await hand([{ task_id: 'q', trial: 0, traj, info }], { source: 'handed' });
    const found = Object.values({ ...(await scores({ source: 'plain' })), ...(await scores({ source: 'handed' })) });
    expect(new Set(found)).toEqual(new Set(['needs_human_review']));
  });

  test.each([
    ['an outcome alone', failed.map((run) => ({ metadata: run.metadata, messages: [], reward: 1 }))],
    [
      'a longer copy',
      failed.map((run) => ({ ...run, messages: [...run.messages, { role: 'user', content: 'Thanks' }], reward: 1 })),
    ],
    ['a shorter copy', failed.map((run) => ({ ...run, messages: run.messages.slice(0, 3), reward: 1 }))],
    [
      'a success in the metadata',
      failed.map((run) => ({ ...run, reward: undefined, metadata: { ...run.metadata, success: true } })),
    ],
    [
      'fields that look like ours',
      failed.map((run) => ({ ...run, reward: 1, origin: 'file', via: 'cli', run_id: rejected[0], source_id: 'x' })),
    ],
    [
      'another format',
      failed.map((run, i) => ({ task_id: run.metadata.task_id, trial: i, traj: run.messages, reward: 1 })),
    ],
    [
      'an execution',
      [
        {
          format: 'capability_execution',
          kind: 'execution',
          run_id: rejected[0],
          outcome: { kind: 'reward', value: 1, grader: 'x' },
          messages: [{ role: 'assistant', content: 'done' }],
          reward: 1,
        },
      ],
    ],
  ])('gains nothing by content that is %s', async (_what, runs) => {
    await hand(runs, { source: 'parcels' });
    const after = await scores({ source: 'parcels' });
    for (const id of rejected) expect(after[id]).toBe('rejected');
    expect(await accepted()).toBe(parcelRuns.accepted);
  });

  test.each([
    ['score_run', { run_ids: ['RUN'], category: 'accepted' }],
    ['score_run', { run_ids: ['RUN'], override: 'accepted', reason: 'x' }],
    ['score_run', { run_ids: ['RUN'], via: 'cli' }],
    ['score_run', { suggest: { run_id: 'RUN', category: 'accepted', reason: 'x', via: 'cli' } }],
    ['import_evidence', { content: '{}', origin: 'file' }],
    ['import_evidence', { content: '{}', via: 'cli' }],
    ['import_evidence', { content: '{}', trust_client_outcomes: true }],
    ['import_evidence', { content: '{}', format: 'capability_execution' }],
    ['build_sft', { name: 'x', via: 'cli' }],
    ['build_sft', { name: 'x', filter: { category: 'rejected' } }],
    ['build_sft', { name: 'x', include_rejected: true }],
    ['mine_needs', { source: 'parcels', via: 'cli' }],
    ['manage_capability', { name: 'x', action: 'override' }],
    ['foundry_status', { config: { trust_client_outcomes: true } }],
  ])('is refused arguments that no tool takes: %s %j', async (name, args) => {
    const filled = JSON.parse(JSON.stringify(args).replaceAll('RUN', rejected[0] ?? '')) as Record<string, unknown>;
    const refused = await client.call(name, filled).then(
      ({ isError, text }) => (isError ? text : undefined),
      (error: unknown) => String(error),
    );
    expect(refused).toMatch(/unknown argument|Unrecognized|Invalid|invalid/);
  });

  test('by a path to a file of its own with a contrary outcome sends the run to a person, not to the good ones', async () => {
    const [first] = failed;
    const path = join(folder, 'again.jsonl');
    writeFileSync(path, `${JSON.stringify({ ...first, reward: 1 })}\n`);
    await done(client, 'import_evidence', { path, source: 'again' });
    const after = await scores({ run_ids: rejected });
    expect(Object.values(after).sort()).toEqual(['needs_human_review', 'rejected', 'rejected']);
    expect(await accepted()).toBe(parcelRuns.accepted);
  });

  test('gains nothing by its opinion, however often it gives it', async () => {
    const run_id = rejected[0];
    for (const category of ['accepted', 'partially_accepted', 'rejected']) {
      await done(client, 'score_run', { suggest: { run_id, category, reason: `It is ${category}.` } });
    }
    expect(await scores({ run_ids: [run_id] })).toEqual({ [String(run_id)]: 'needs_human_review' });
  });

  test('finds none of it in the data set, nor in what is induced', async () => {
    const { data } = await done(client, 'build_sft', { name: 'all' });
    expect(data['rows']).toBe(parcelRuns.accepted);
    const written = bytesUnder(join(home, 'exports'))
      .map(({ text }) => text)
      .join('\n');
    for (const id of rejected) expect(written).not.toContain(id);
    const { data: mined } = await done(client, 'mine_needs', {});
    const { data: clustered } = await done(client, 'cluster_needs', { mining_id: mined['mining_id'] });
    const { data: proposed } = await done(client, 'propose_spec', {
      clustering_id: clustered['clustering_id'],
      generator: 'induction',
    });
    const spec_ids = items(proposed['specs']).map((spec) => spec['spec_id']);
    expect(spec_ids.length).toBeGreaterThan(0);
    const { data: gated } = await done(client, 'generate_and_gate_code', { spec_ids });
    for (const { capability } of items(gated['results']) as { capability?: { uri: string } }[]) {
      if (!capability) continue;
      const lineage = await client.read(`${capability.uri}/lineage`);
      const learnt = lineage.slice(lineage.indexOf('## Runs it was learnt from'), lineage.indexOf('## Spec'));
      expect(learnt).toContain('evidence://runs/');
      const ids = [...learnt.matchAll(/evidence:\/\/runs\/(run_\w+)/g)].map((match) => match[1]);
      const judged = await scores({ run_ids: [...new Set(ids)] });
      expect(new Set(Object.values(judged))).toEqual(new Set(['accepted']));
    }
  });
});
