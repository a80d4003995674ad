import { FoundryError } from '../../errors.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import { callKey } from '../../net/fetch-call.js';
import { observationSchema, type RecordedAnswer } from '../../specs/model.js';
import { compareWithExpected, sameJson, show } from '../compare.js';
import type { GateLibrary, KnownCapability } from '../gate-library.js';
import { compileSchema } from '../json-schema.js';
import {
  counted,
  type Finding,
  type Judgement,
  nameOf,
  type PlacedTest,
  placedTests,
  type Stage,
} from '../judgement.js';
import { callableNames } from '../recorded-answers.js';
import { defaultNow, defaultSeed } from '../run-test.js';
import { type CallHandler, type CallRequest, openingOf } from '../runtimes/runtime.js';

const maxDepth = 8;
const maxReasons = 10;

/** What a capability really gives; `unknown` where a tool that it calls has no recorded answer. */
type Real = { readonly kind: 'value'; readonly value: JsonValue } | { readonly kind: 'fails' | 'unknown' };

/** A recorded answer that the capability of that name does not give. */
interface FalseStub {
  readonly capability: KnownCapability;
  readonly args: JsonValue;
  readonly recorded: JsonValue;
  readonly real: string;
}

interface Trial {
  readonly placed: PlacedTest;
  readonly problems: readonly string[];
  readonly stubs: readonly FalseStub[];
  readonly real: number;
  readonly unknown: number;
}

interface Asking {
  readonly judgement: Judgement;
  readonly known: ReadonlyMap<string, KnownCapability>;
  readonly placed: PlacedTest;
}

function sameCall(call: CallRequest): (answer: RecordedAnswer) => boolean {
  const key = callKey(call.name, call.args);
  return (answer) =>
    answer.name === call.name && (answer.any_args === true || callKey(answer.name, answer.args) === key);
}

function give(answer: RecordedAnswer): JsonValue {
  if (answer.error === undefined) return answer.result ?? null;
  throw new FoundryError('upstream', answer.error, 'The recorded call failed.');
}

/** Runs an admitted capability in a context of its own; its tools answer as they were recorded here or in its own tests. */
async function reallyCall(asking: Asking, call: CallRequest, depth: number): Promise<Real> {
  const { judgement, placed } = asking;
  const capability = asking.known.get(call.name) ?? (await judgement.library?.find(call.name));
  const { args } = call;
  if (capability === undefined || depth >= maxDepth) return { kind: 'unknown' };
  const schema = compileSchema(capability.spec.input_schema);
  if (!isJsonObject(args) || !schema.ok || schema.validate(args).length > 0) return { kind: 'fails' };
  const recorded = [...(placed.test.calls ?? []), ...capability.spec.tests.flatMap((test) => test.calls ?? [])];
  let unknown = false;
  const onCall: CallHandler = async (inner) => {
    if (capability.spec.dependencies.capabilities.includes(inner.name)) {
      const real = await reallyCall(asking, inner, depth + 1);
      if (real.kind === 'value') return real.value;
      if (real.kind === 'unknown') unknown = true;
      throw new FoundryError('upstream', `${inner.name} failed.`, 'The code must cope with it.');
    }
    const answer = recorded.find(sameCall(inner));
    if (answer) return give(answer);
    unknown = true;
    throw new FoundryError('not_found', 'Nothing is recorded for that call.', 'None.');
  };
  const session = await judgement.sandboxFor(capability.language).open(capability.code, openingOf(capability.spec));
  try {
    const { now, seed, context } = placed.test;
    const { timeoutMs, signal } = judgement;
    const dependencies = capability.spec.dependencies.capabilities;
    const outcome = await session.invoke(
      {
        input: args,
        context: context ?? null,
        now: now ?? defaultNow,
        seed: seed ?? defaultSeed,
        timeoutMs,
        dependencies,
        onCall,
      },
      signal,
    );
    if (unknown) return { kind: 'unknown' };
    return outcome.ok ? { kind: 'value', value: outcome.value } : { kind: 'fails' };
  } finally {
    await session.close();
  }
}

/** What a stub is compared by: where the real answer has provenance and the stub leaves it out, that is no lie. */
function isTrue(recorded: JsonValue, real: JsonValue): boolean {
  if (sameJson(recorded, real)) return true;
  if (!isJsonObject(recorded) || !isJsonObject(real)) return false;
  return recorded['status'] === real['status'] && sameJson(recorded['payload'] ?? null, real['payload'] ?? null);
}

async function tryTest(asking: Asking): Promise<Trial> {
  const { judgement, known, placed } = asking;
  const { test } = placed;
  const stubs: FalseStub[] = [];
  let real = 0;
  let unknown = 0;
  const onCall: CallHandler = async (call) => {
    const recorded = (test.calls ?? []).find(sameCall(call));
    const capability = known.get(call.name);
    // That a call fails cannot be had from the real one: such a test is of how the code copes.
    const answer = capability && recorded?.error === undefined ? await reallyCall(asking, call, 1) : undefined;
    if (!answer || answer.kind === 'unknown' || !capability) {
      if (capability && recorded?.error === undefined) unknown += 1;
      if (recorded) return give(recorded);
      throw new FoundryError('not_found', 'This test has no recorded answer for that call.', 'Call what was recorded.');
    }
    real += 1;
    if (recorded && !(answer.kind === 'value' && isTrue(recorded.result ?? null, answer.value)))
      stubs.push({
        capability,
        args: call.args,
        recorded: recorded.result ?? null,
        real: answer.kind === 'value' ? show(answer.value) : 'a failure',
      });
    if (answer.kind === 'value') return answer.value;
    throw new FoundryError('upstream', `${call.name} failed.`, 'The code must cope with it.');
  };
  const { session, timeoutMs, signal } = judgement;
  const outcome = await session.invoke(
    {
      input: test.input,
      context: test.context ?? null,
      now: test.now ?? defaultNow,
      seed: test.seed ?? defaultSeed,
      timeoutMs,
      dependencies: callableNames(test),
      onCall,
    },
    signal,
  );
  const problems = real === 0 ? [] : problemsOf(placed, outcome.ok ? outcome.value : undefined);
  return { placed, problems, stubs, real, unknown };
}

function problemsOf({ test, from }: PlacedTest, value: JsonValue | undefined): string[] {
  const parsed = observationSchema.safeParse(value);
  if (!parsed.success) return ['it gives no observation'];
  return compareWithExpected(test.expected, parsed.data).map(({ property, detail }) =>
    from === 'hidden' ? property : detail,
  );
}

function stubText(placed: PlacedTest, { capability, args, recorded, real }: FalseStub): string {
  const { name, version } = capability;
  if (placed.from === 'hidden')
    return `${nameOf(placed)}: a recorded answer of ${name} is not what ${name} version ${version} gives`;
  return `${nameOf(placed)}: ${name} version ${version} asked with ${show(args)} gives ${real}, not the recorded ${show(recorded)}`;
}

function trialReasons({ placed, problems, stubs }: Trial): string[] {
  if (problems.length === 0) return [];
  const [first] = problems;
  return [`${nameOf(placed)}: with the real capabilities ${first}`, ...stubs.map((stub) => stubText(placed, stub))];
}

function findingOf(trials: readonly Trial[], versions: JsonObject): Finding {
  const shown = trials.filter(({ placed }) => placed.from !== 'hidden');
  const sum = (key: 'real' | 'unknown'): number => shown.reduce((total, trial) => total + trial[key], 0);
  const reasons = counted(trials.flatMap(trialReasons)).slice(0, maxReasons);
  const notes = counted(trials.flatMap(({ placed, stubs }) => stubs.map((stub) => stubText(placed, stub)))).slice(
    0,
    maxReasons,
  );
  const evidence = { versions, real_calls: sum('real'), recorded_calls: sum('unknown'), false_stubs: notes };
  if (reasons.length > 0) return { status: 'failed', checked: trials.length, reasons, evidence };
  if (trials.every(({ real }) => real === 0)) {
    const reason = 'no call could be made for real: the tools that the capabilities call have no recorded answers';
    return { status: 'not_run', checked: trials.length, reasons: [reason], evidence };
  }
  return { status: 'passed', checked: trials.length, reasons: [], evidence };
}

async function run(judgement: Judgement): Promise<Finding> {
  const { candidate, library } = judgement;
  const names = candidate.spec.dependencies.capabilities;
  const skip = (reason: string): Finding => ({ status: 'not_run', checked: 0, reasons: [reason], evidence: {} });
  if (names.length === 0) return skip('the code calls no other capability');
  if (library === undefined) return skip('there is no library to take the real capabilities from');
  const known = new Map<string, KnownCapability>();
  for (const name of names) {
    const found = await library.find(name);
    if (found) known.set(name, found);
  }
  const absent = names.filter((name) => !known.has(name));
  if (absent.length > 0)
    return {
      status: 'inconclusive',
      checked: 0,
      reasons: [
        `the library has no ${absent.join(', ')}: a skill is judged to the end after what it calls is admitted`,
      ],
      evidence: {},
    };
  const trials: Trial[] = [];
  for (const placed of placedTests(candidate)) {
    const trial = (): Promise<Trial> => tryTest({ judgement, known, placed });
    trials.push(await (placed.from === 'hidden' ? judgement.untold(trial) : trial()));
  }
  return findingOf(trials, await versionsBehind(known, library));
}

/** The versions of all that was behind the calls, directly and through others: what the verdict holds for. */
async function versionsBehind(
  known: ReadonlyMap<string, KnownCapability>,
  library: GateLibrary,
): Promise<Record<string, number>> {
  const versions: Record<string, number> = {};
  const open = [...known.values()];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (Object.hasOwn(versions, one.name)) continue;
    versions[one.name] = one.version;
    for (const name of one.spec.dependencies.capabilities) {
      const called = await library.find(name);
      if (called) open.push(called);
    }
  }
  return versions;
}

/** A skill meets its tests with the real capabilities that it calls, not only with their recorded answers. */
export const compositionStage: Stage = {
  code: 'composition',
  runsAfter: (failed) => failed.size === 0,
  run,
};
