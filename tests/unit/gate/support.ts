import { loadConfig } from '../../../src/config.js';
import { fixedClock } from '../../../src/context.js';
import { createGate } from '../../../src/gate/gate.js';
import type { Candidate, Gate, GateReport, StageCode, StageResult } from '../../../src/gate/model.js';
import type { Invocation, InvokeOutcome, Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { createTypescriptSandbox } from '../../../src/gate/runtimes/typescript.js';
import type { JsonObject } from '../../../src/json.js';
import { silentLogger } from '../../../src/log.js';
import { type Spec, type SpecTest, specSchema } from '../../../src/specs/model.js';

export const never = new AbortController().signal;

/** The settings of a machine without a configuration, with the gate's own as given. */
export function configWith(gate: Record<string, unknown> = {}): ReturnType<typeof loadConfig> {
  const config = loadConfig({ FOUNDRY_HOME: '/nonexistent' });
  return { ...config, file: { gate } };
}

export function openSandbox(gate: Record<string, unknown> = {}): Sandbox {
  return createTypescriptSandbox({ config: configWith(gate), log: silentLogger });
}

export function gateWith(sandbox: Sandbox, gate: Record<string, unknown> = {}): Gate {
  return createGate({ config: configWith(gate), sandboxes: [sandbox], clock: fixedClock() });
}

export function invocation(parts: Partial<Invocation> = {}): Invocation {
  return {
    input: {},
    context: null,
    now: '2026-01-01T00:00:00.000Z',
    seed: 1,
    timeoutMs: 1_000,
    onCall: async () => null,
    ...parts,
  };
}

/** Runs code once in a session of its own. */
export async function runOnce(sandbox: Sandbox, code: string, parts: Partial<Invocation> = {}): Promise<InvokeOutcome> {
  const session = await sandbox.open(code);
  try {
    return await session.invoke(invocation(parts), never);
  } finally {
    await session.close();
  }
}

export function sumTest(name: string, numbers: number[]): SpecTest {
  const sum = numbers.reduce((left, right) => left + right, 0);
  return { name, input: { numbers }, expected: { status: 'ok', payload: { sum } } };
}

/** Adds numbers up: the spec that most candidates here are judged by. */
export function sumSpec(parts: JsonObject = {}): Spec {
  return specSchema.parse({
    name: 'add_numbers',
    kind: 'primitive',
    summary: 'Add up a list of numbers.',
    input_schema: {
      type: 'object',
      properties: { numbers: { type: 'array', items: { type: 'number' } } },
      required: ['numbers'],
      additionalProperties: false,
    },
    output_schema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
    tests: [sumTest('two', [2, 3]), sumTest('three', [1, 10, 100])],
    ...parts,
  });
}

export const rightSum = `
export async function execute(input: { numbers: number[] }): Promise<unknown> {
  let sum = 0;
  for (const each of input.numbers) sum += each;
  return { status: 'ok', payload: { sum }, prov: [] };
}`;

export function candidate(code: string, parts: Partial<Candidate> = {}): Candidate {
  const spec = parts.spec ?? sumSpec();
  return {
    spec,
    code,
    language: 'typescript',
    visibleTests: spec.tests,
    hiddenTests: [sumTest('none', []), sumTest('negative', [-7, 4])],
    inheritedTests: [],
    authorSawAll: false,
    ...parts,
  };
}

export function stageOf(report: GateReport, code: StageCode): StageResult {
  const stage = report.stages.find((each) => each.stage === code);
  if (stage === undefined) throw new Error(`the report has no stage ${code}`);
  return stage;
}

/** Two at a time: as many as the machine is said to have cores. */
export async function judgeAll<T>(list: readonly T[], judge: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...list];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await judge(item);
  };
  await Promise.all([worker(), worker()]);
}

/** A verdict and its reasons in one line. */
export function said({ verdict, reasons }: GateReport): string {
  return `${verdict}: ${reasons.join('; ')}`;
}
