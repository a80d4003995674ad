/**
 * How fast the gate judges: candidates a second, cold and warm, with and without mutants, and the share of each stage;
 * beside it the same candidates and tests through plain `node` child processes, one each, without walls or stages.
 * usage: gate.ts [--candidates N] [--json]
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { transform } from 'esbuild';
import { loadConfig } from '../src/config.js';
import { systemClock } from '../src/context.js';
import { createGate } from '../src/gate/gate.js';
import type { Candidate, GateReport, StageCode } from '../src/gate/model.js';
import { createTypescriptSandbox } from '../src/gate/runtimes/typescript.js';
import { silentLogger } from '../src/log.js';
import { families, honest, variants } from '../tests/support/gate-candidates.js';

const never = new AbortController().signal;
const atOnce = 2;

interface Measured {
  readonly seconds: number;
  readonly reports: readonly GateReport[];
}

async function eachOf<T, R>(list: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < list.length; at = next++) {
      const item = list[at];
      if (item !== undefined) results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function timed<R>(work: () => Promise<R>): Promise<{ seconds: number; result: R }> {
  const started = systemClock.elapsed();
  const result = await work();
  return { seconds: (systemClock.elapsed() - started) / 1000, result };
}

/** Three tests each, two of them visible. */
function candidates(count: number): Candidate[] {
  const all = Array.from({ length: variants }, (_, variant) => families.map((family) => honest(family, variant)));
  return all
    .flat()
    .slice(0, count)
    .map(({ candidate }) => ({
      ...candidate,
      visibleTests: candidate.visibleTests.slice(0, 2),
      hiddenTests: candidate.hiddenTests.slice(0, 1),
    }));
}

/** A gate of its own: the first candidate waits for its first process. */
async function judged(list: readonly Candidate[], mutants: number, warm: boolean): Promise<Measured> {
  const base = loadConfig({}, { home: '.' });
  const config = { ...base, file: { gate: { mutants } } };
  const sandbox = createTypescriptSandbox({ config, log: silentLogger });
  const gate = createGate({ config, sandboxes: [sandbox], clock: systemClock });
  try {
    const [first] = list;
    if (warm && first) await gate.judge(first, never);
    const { seconds, result } = await timed(() => eachOf(list, (candidate) => gate.judge(candidate, never)));
    return { seconds, reports: result };
  } finally {
    await sandbox.close();
  }
}

/** What a runner without walls does: one process a candidate, its verdict in the exit code. */
async function plainProcess(candidate: Candidate): Promise<boolean> {
  const { code } = await transform(candidate.code, { loader: 'ts', format: 'esm' });
  const tests = JSON.stringify([...candidate.visibleTests, ...candidate.hiddenTests]);
  const runner = `${code}
for (const t of ${tests}) {
  const got = await execute(t.input, {});
  if (t.expected.payload !== undefined && JSON.stringify(got.payload) !== JSON.stringify(t.expected.payload)) process.exit(1);
}`;
  const child = spawn(process.execPath, ['--input-type=module', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end(runner);
  return new Promise((resolve) => child.once('close', (status) => resolve(status === 0)));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function shares(reports: readonly GateReport[]): Partial<Record<StageCode, number>> {
  const total: Partial<Record<StageCode, number>> = {};
  let all = 0;
  for (const { stage, duration_ms } of reports.flatMap((report) => report.stages)) {
    total[stage] = (total[stage] ?? 0) + duration_ms;
    all += duration_ms;
  }
  return Object.fromEntries(Object.entries(total).map(([stage, ms]) => [stage, rounded(ms / Math.max(all, 1))]));
}

function mutantsJudged(reports: readonly GateReport[]): number {
  return reports.reduce((sum, report) => {
    const found = report.stages.find(({ stage }) => stage === 'strength')?.evidence['mutants'];
    const judgedCount = typeof found === 'object' && found !== null && 'judged' in found ? found.judged : 0;
    return sum + (typeof judgedCount === 'number' ? judgedCount : 0);
  }, 0);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { candidates: { type: 'string', default: '72' }, json: { type: 'boolean', default: false } },
  });
  const list = candidates(Number(values.candidates));
  const [one] = list;
  if (!one) throw new Error('--candidates must be 1 or more');
  const cold = await judged([one], 0, false);
  const plain = await judged(list, 0, true);
  const mutated = await judged(list, 60, true);
  const peer = await timed(() => eachOf(list, plainProcess));
  const rate = (seconds: number): number => rounded(list.length / seconds);
  const figures = {
    candidates: list.length,
    at_once: atOnce,
    cold_first_ms: rounded(cold.seconds * 1000),
    warm_without_mutants_per_s: rate(plain.seconds),
    warm_with_mutants_per_s: rate(mutated.seconds),
    mutation_costs_times: rounded(mutated.seconds / plain.seconds),
    mutants_judged: mutantsJudged(mutated.reports),
    mutants_per_s: rounded(mutantsJudged(mutated.reports) / mutated.seconds),
    stage_share_without_mutants: shares(plain.reports),
    stage_share_with_mutants: shares(mutated.reports),
    peer_plain_node_per_s: rate(peer.seconds),
    peer_passed: peer.result.filter(Boolean).length,
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  for (const [name, value] of Object.entries(figures))
    process.stdout.write(`${name.padEnd(30)} ${typeof value === 'object' ? JSON.stringify(value) : value}\n`);
}

await main();
