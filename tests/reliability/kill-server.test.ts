import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeHome, tablesOf } from '../support/final-state.js';
import { writeParcelLog } from '../support/parcel-logs.js';
import { runProgram } from '../support/program.js';
import { tempFolder } from '../support/temp.js';
import { eras, type WireClient } from '../support/wire.js';

const { connect } = eras[1];

interface Step {
  readonly tool: string;
  readonly args: Record<string, unknown>;
  /** A copy of the data folder as it was before this step. */
  readonly before: string;
  readonly result: Record<string, unknown>;
  readonly tables: ReturnType<typeof tablesOf>;
}

interface Calm {
  readonly folder: string;
  readonly steps: readonly Step[];
}

/** The main job, one tool after the other and undisturbed, with the data folder kept as it was before each. */
async function calmRun(): Promise<Calm> {
  const folder = tempFolder();
  const home = join(folder, 'calm');
  const path = writeParcelLog(folder, 400);
  await makeHome(home);
  const steps: Step[] = [];
  const step = async (tool: string, args: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const before = join(folder, `before-${tool}`);
    cpSync(home, before, { recursive: true });
    const ran = await runProgram(['call', tool, JSON.stringify(args)], { home });
    expect(ran.code, ran.stderr).toBe(0);
    const result = JSON.parse(ran.stdout);
    steps.push({ tool, args, before, result, tables: tablesOf(home) });
    return result;
  };
  const { mining_id } = await step('mine_needs', { path });
  const { clustering_id } = await step('cluster_needs', { mining_id, target_cluster_size: 4 });
  const { specs } = await step('propose_spec', { clustering_id, generator: 'induction' });
  await step('generate_and_gate_code', { spec_ids: (specs as { spec_id: string }[]).map((spec) => spec.spec_id) });
  return { folder, steps };
}

/** What does not depend on when a job ran, and which job it was. */
function lasting({ receipt_id: _, job_id: __, job_state: ___, ...result }: Record<string, unknown>): unknown {
  return result;
}

async function kill({ server }: WireClient): Promise<void> {
  server.child.kill('SIGKILL');
  expect((await server.exited).signal).toBe('SIGKILL');
}

async function killedAt({ folder }: Calm, step: Step): Promise<void> {
  const home = join(folder, `killed-${step.tool}`);
  cpSync(step.before, home, { recursive: true });
  const options = { home, readRoots: [folder] };
  const first = await connect(options);
  const started = await first.call(step.tool, { ...step.args, wait_ms: 0 });
  expect(['queued', 'running'], started.text).toContain(started.data['job_state']);
  await kill(first);
  expect(tablesOf(home).integrity).toBe('ok');

  const second = await connect(options);
  const taken = await second.call(step.tool, { ...step.args, wait_ms: 60_000 });
  expect(taken.data, taken.text).toMatchObject({ job_id: started.data['job_id'], job_state: 'done' });
  await second.server.close();
  expect(await second.server.end(5_000)).toEqual({ code: 0, signal: null });
  expect(lasting(taken.data)).toEqual(lasting(step.result));
  expect(tablesOf(home)).toEqual(step.tables);
}

test('a job whose server is killed is picked up by the next server and ends alike', { timeout: 180_000 }, async () => {
  const calm = await calmRun();
  // At the same time, for each waits until the lease of the dead server is over.
  await Promise.all(calm.steps.map((step) => killedAt(calm, step)));
});
