import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config.js';
import { systemClock } from '../src/context.js';
import { createGate } from '../src/gate/gate.js';
import type { Candidate, GateReport } from '../src/gate/model.js';
import { createPythonSandbox } from '../src/gate/runtimes/python.js';
import { silentLogger } from '../src/log.js';
import { specSchema } from '../src/specs/model.js';

/**
 * Candidates a second through the whole gate in Python, a process each: cold (nothing prepared but the package), warm
 * (the snapshot is there, spares run). `tsx bench/gate-python.ts [candidates]`
 */
const count = Number(process.argv[2] ?? 12);
const home = mkdtempSync(join(tmpdir(), 'foundry-bench-'));
const config = loadConfig({ FOUNDRY_HOME: home });
const never = new AbortController().signal;

function candidateNumber(at: number): Candidate {
  const test = (name: string, numbers: number[]) => ({
    name,
    input: { numbers },
    expected: { status: 'ok', payload: { total: numbers.reduce((sum, each) => sum + each, 0) + at } },
  });
  const spec = specSchema.parse({
    name: `add_numbers_${at}`,
    kind: 'primitive',
    summary: `Add up numbers and ${at}.`,
    input_schema: { type: 'object', properties: { numbers: { type: 'array', items: { type: 'number' } } } },
    output_schema: { type: 'object' },
    tests: [test('two', [2, 3]), test('three', [1, 10, 100]), test('none', [])],
  });
  return {
    spec,
    code: `def execute(input, ctx):\n    return {"status": "ok", "payload": {"total": sum(input["numbers"]) + ${at}}, "prov": []}\n`,
    language: 'python',
    visibleTests: spec.tests,
    hiddenTests: [],
    inheritedTests: [],
    authorSawAll: true,
  };
}

function show(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(44)}${value}\n`);
}

function stageShares(reports: readonly GateReport[]): string {
  const sums = new Map<string, number>();
  for (const { stages } of reports)
    for (const { stage, duration_ms } of stages) sums.set(stage, (sums.get(stage) ?? 0) + duration_ms);
  const all = [...sums.values()].reduce((sum, each) => sum + each, 0);
  return [...sums]
    .filter(([, ms]) => ms / all > 0.005)
    .map(([stage, ms]) => `${stage} ${Math.round((100 * ms) / all)}%`)
    .join(', ');
}

async function timed<Value>(work: () => Promise<Value>): Promise<[number, Value]> {
  const started = performance.now();
  const value = await work();
  return [performance.now() - started, value];
}

async function judgeAll(sandbox: ReturnType<typeof createPythonSandbox>, atOnce: number): Promise<GateReport[]> {
  const gate = createGate({ config, sandboxes: [sandbox], clock: systemClock });
  const waiting = Array.from({ length: count }, (_, at) => candidateNumber(at));
  const reports: GateReport[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) reports.push(await gate.judge(next, never));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (reports.some(({ verdict }) => verdict !== 'admitted')) throw new Error('a candidate was not admitted');
  return reports;
}

try {
  const first = createPythonSandbox({ config, log: silentLogger });
  const [built] = await timed(() => first.health());
  show('first start, the snapshot is made', `${Math.round(built)} ms`);
  await first.close();
  const sandbox = createPythonSandbox({ config, log: silentLogger });
  const [cold] = await timed(async () => (await sandbox.open('def execute(input, ctx):\n    return 1\n')).close());
  show('start with the snapshot', `${Math.round(cold)} ms`);
  for (const atOnce of [1, availableParallelism()]) {
    const [ms, reports] = await timed(() => judgeAll(sandbox, atOnce));
    show(`whole gate, ${atOnce} at a time`, `${((1000 * count) / ms).toFixed(2)} candidates/s (${count} candidates)`);
    show('  of that', stageShares(reports));
  }
  await sandbox.close();
} finally {
  rmSync(home, { recursive: true, force: true });
}
