import type { Clock } from '../context.js';
import type { Grants } from '../grants.js';
import type { SpecTest } from '../specs/model.js';
import type { GateLibrary } from './gate-library.js';
import type { CompiledSchema } from './json-schema.js';
import type { Candidate, Language, StageCode, StageResult } from './model.js';
import { runTest, type TestResult } from './run-test.js';
import type { CodeFacts, Sandbox, SandboxSession } from './runtimes/runtime.js';
import type { GateSettings } from './settings.js';

/** What a stage found; the gate adds its name and duration. */
export type Finding = Pick<StageResult, 'status' | 'checked' | 'reasons' | 'evidence'>;

export interface Stage {
  readonly code: StageCode;
  /** Whether the stage still makes sense after these have failed. */
  runsAfter(failed: ReadonlySet<StageCode>): boolean;
  run(judgement: Judgement): Promise<Finding>;
  /** What the stage says of the tests alone, asked where it does not run; undefined where that is nothing. */
  ofTestsAlone?(tests: readonly SpecTest[]): Finding | undefined;
}

/** One candidate under judgement: what every stage may look at. */
export interface Judgement {
  readonly candidate: Candidate;
  /** In a process of its own. */
  readonly session: SandboxSession;
  /** Opens pooled sessions, for mutants and for admitted code. @throws FoundryError sandbox_unavailable */
  sandboxFor(language: Language): Sandbox;
  readonly settings: GateSettings;
  /** What the operator granted. Nothing of it is used while judging: hosts are named, and packages bundled. */
  readonly grants: Grants;
  /** What is admitted already; absent where the gate judges by itself. */
  readonly library: GateLibrary | undefined;
  readonly clock: Clock;
  readonly inputSchema: CompiledSchema;
  readonly outputSchema: CompiledSchema;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What the code's own parser says of it; undefined for TypeScript, which the stages parse themselves. */
  facts(): Promise<CodeFacts | undefined>;
  /** Values that the code works with, for probes. */
  hints(): Promise<readonly (string | number)[]>;
  /** Runs a test in the usual surroundings; asked again, it gives the same result. */
  resultOf(test: SpecTest): Promise<TestResult>;
  /** Runs code over hidden tests: the time it takes stands in no report, and the code forgets them before it is asked what is told. One such work at a time. */
  untold<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** Every test with where it comes from. Values of hidden ones must not reach a reason. */
export interface PlacedTest {
  readonly test: SpecTest;
  readonly from: 'visible' | 'inherited' | 'hidden';
}

export function placedTests(candidate: Candidate): PlacedTest[] {
  return [
    ...candidate.visibleTests.map((test) => ({ test, from: 'visible' as const })),
    ...candidate.inheritedTests.map((test) => ({ test, from: 'inherited' as const })),
    ...candidate.hiddenTests.map((test) => ({ test, from: 'hidden' as const })),
  ];
}

const hiddenName = 'a hidden test';

/** How a reason may name a test. */
export function nameOf({ test, from }: PlacedTest): string {
  if (from === 'hidden') return hiddenName;
  return from === 'inherited' ? `inherited test "${test.name}"` : `test "${test.name}"`;
}

/** Equal reasons once, in order, with how often they came where that is more than once. Hidden tests are not counted. */
export function counted(reasons: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) =>
    count === 1 || reason.startsWith(hiddenName) ? reason : `${reason} (${count} times)`,
  );
}

/** Remembers results by test, so that the stages share one run of each. */
export function rememberResults(parts: {
  readonly session: SandboxSession;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Judgement['resultOf'] {
  const { session, timeoutMs, signal } = parts;
  const known = new Map<SpecTest, Promise<TestResult>>();
  return (test) => {
    const result = known.get(test) ?? runTest(session, test, { timeoutMs, signal });
    known.set(test, result);
    return result;
  };
}
