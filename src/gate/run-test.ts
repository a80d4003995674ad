import { type Observation, observationSchema, type SpecTest } from '../specs/model.js';
import { compareWithExpected, type Difference, show } from './compare.js';
import type { FailureReason } from './model.js';
import { callableNames, recordedAnswers } from './recorded-answers.js';
import type { Invocation, SandboxSession } from './runtimes/runtime.js';

export interface TestOptions {
  readonly timeoutMs: number;
  /** Another clock and other dice than the usual; the order of answers is turned round too. */
  readonly ambient?: NonNullable<Invocation['ambient']>;
  readonly place?: NonNullable<Invocation['place']>;
}

export interface TestResult {
  readonly test: SpecTest;
  readonly passed: boolean;
  readonly differences: readonly Difference[];
  /** What the code returned, where it has the shape of an observation. */
  readonly observation: Observation | undefined;
  /** Why the call failed; `mismatch` where it went well and the answer was wrong. */
  readonly reason: FailureReason | undefined;
  readonly inputChanged: boolean;
  /** Whether the code could see locale or time zone. */
  readonly seesPlace: boolean;
}

const endings: readonly FailureReason[] = [
  'timeout',
  'never_settles',
  'memory_heap',
  'memory_rss',
  'output_flood',
  'wall_timeout',
  'exit',
  'protocol',
];

/** Code that ended so will do it again, at some seconds a test: the rest of the tests need not be run. */
export function isHopeless(result: TestResult): boolean {
  return result.reason !== undefined && endings.includes(result.reason);
}

/** What ctx.now() and ctx.random() give where a test does not say. */
export const defaultNow = '2026-01-01T00:00:00.000Z';
export const defaultSeed = 1;

const sayings: Record<FailureReason, string> = {
  static_reject: 'the code is not allowed',
  load_error: 'the code does not load',
  no_export: 'the code exports no execute',
  throw: 'the code threw',
  timeout: 'the code ran too long',
  never_settles: 'the promise never settles',
  bad_output: 'the result is not plain JSON',
  too_big: 'the result is too big',
  mismatch: 'the result differs',
  memory_heap: 'the code used too much memory',
  memory_rss: 'the code used too much memory',
  output_flood: 'the code printed too much',
  wall_timeout: 'the code ran too long',
  exit: 'the process ended',
  protocol: 'the code broke its own context',
};

function judgeValue(test: SpecTest, value: unknown): { observation?: Observation; differences: Difference[] } {
  const parsed = observationSchema.safeParse(value);
  if (parsed.success) return { observation: parsed.data, differences: compareWithExpected(test.expected, parsed.data) };
  const issue = parsed.error.issues[0];
  const place = issue?.path.join('.') || 'the top level';
  const detail = `expected an observation { status, payload, prov }; at ${place}: ${issue?.message ?? 'wrong shape'}`;
  return { differences: [{ property: 'the result is not an observation', detail }] };
}

/**
 * Runs one test and compares on this side of the sandbox: what is expected never goes in.
 * @throws FoundryError cancelled, sandbox_unavailable
 */
export async function runTest(
  session: SandboxSession,
  test: SpecTest,
  options: TestOptions & { readonly signal: AbortSignal },
): Promise<TestResult> {
  const answers = recordedAnswers(test, { order: options.ambient ? 'reversed' : 'recorded' });
  const outcome = await session.invoke(
    {
      input: test.input,
      context: test.context ?? null,
      now: test.now ?? defaultNow,
      seed: test.seed ?? defaultSeed,
      ...(options.ambient && { ambient: options.ambient }),
      ...(options.place && { place: options.place }),
      timeoutMs: options.timeoutMs,
      dependencies: callableNames(test),
      onCall: answers.onCall,
    },
    options.signal,
  );
  if (!outcome.ok) {
    const detail = `${outcome.reason}: ${outcome.message}`;
    return {
      test,
      passed: false,
      differences: [{ property: sayings[outcome.reason], detail }, ...answers.differences().slice(0, 5)],
      observation: undefined,
      reason: outcome.reason,
      inputChanged: false,
      seesPlace: true,
    };
  }
  const { observation, differences } = judgeValue(test, outcome.value);
  const all = [...differences, ...answers.differences()];
  return {
    test,
    passed: all.length === 0,
    differences: all,
    observation,
    reason: all.length === 0 ? undefined : 'mismatch',
    inputChanged: outcome.inputChanged ?? false,
    seesPlace: outcome.seesPlace ?? false,
  };
}

/** One line about a failed visible test. */
export function describeFailure(result: TestResult): string {
  const first = result.differences[0];
  const more = result.differences.length > 1 ? ` (and ${result.differences.length - 1} more)` : '';
  return `test "${result.test.name}" with input ${show(result.test.input)}: ${first?.detail ?? 'failed'}${more}`;
}
