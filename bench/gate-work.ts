import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config.js';
import { systemClock } from '../src/context.js';
import { createGate } from '../src/gate/gate.js';
import type { Candidate, Gate, GateReport, Language, StageCode } from '../src/gate/model.js';
import { createPythonSandbox } from '../src/gate/runtimes/python.js';
import type { Sandbox } from '../src/gate/runtimes/runtime.js';
import { createTypescriptSandbox } from '../src/gate/runtimes/typescript.js';
import { silentLogger } from '../src/log.js';

export const never = new AbortController().signal;
/** As many as the machine is said to have cores. */
export const atOnce = 2;

/** A folder of this run alone: nothing prepared by an earlier one helps it. */
export const home = mkdtempSync(join(tmpdir(), 'foundry-bench-'));

export interface Opened {
  readonly sandbox: Sandbox;
  readonly gate: Gate;
}

export function open(language: Language, mutants: number): Opened {
  const base = loadConfig({ FOUNDRY_HOME: home });
  const config = { ...base, file: { gate: { mutants } } };
  const create = language === 'python' ? createPythonSandbox : createTypescriptSandbox;
  const sandbox = create({ config, log: silentLogger });
  return { sandbox, gate: createGate({ config, sandboxes: [sandbox], clock: systemClock }) };
}

export async function timed<R>(work: () => Promise<R>): Promise<{ seconds: number; result: R }> {
  const started = systemClock.elapsed();
  const result = await work();
  return { seconds: (systemClock.elapsed() - started) / 1000, result };
}

export async function eachOf<T, R>(list: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
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

/** Every test of a candidate in sessions that share processes: what mutants and admitted code run in. */
export async function runPooled(sandbox: Sandbox, candidate: Candidate): Promise<number> {
  const session = await sandbox.open(candidate.code, { pooled: true });
  let answered = 0;
  for (const { input } of [...candidate.visibleTests, ...candidate.hiddenTests]) {
    const call = { input, context: null, now: '2026-01-01T00:00:00Z', seed: 1, timeoutMs: 10_000 };
    const outcome = await session.invoke({ ...call, onCall: async () => null }, never);
    if (outcome.ok) answered += 1;
  }
  await session.close();
  return answered;
}

export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

export function shares(reports: readonly GateReport[]): Partial<Record<StageCode, number>> {
  const total: Partial<Record<StageCode, number>> = {};
  let all = 0;
  for (const { stage, duration_ms } of reports.flatMap((report) => report.stages)) {
    total[stage] = (total[stage] ?? 0) + duration_ms;
    all += duration_ms;
  }
  return Object.fromEntries(Object.entries(total).map(([stage, ms]) => [stage, rounded(ms / Math.max(all, 1))]));
}

export function mutantsJudged(reports: readonly GateReport[]): number {
  return reports.reduce((sum, report) => {
    const found = report.stages.find(({ stage }) => stage === 'strength')?.evidence['mutants'];
    const judged = typeof found === 'object' && found !== null && 'judged' in found ? found.judged : 0;
    return sum + (typeof judged === 'number' ? judged : 0);
  }, 0);
}
