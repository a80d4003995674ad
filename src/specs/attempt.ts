import { isDestructiveName } from '../bridge/effects.js';
import type { Via, WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import type { Candidate, GateReport } from '../gate/model.js';
import { gateSettings } from '../gate/settings.js';
import { contentId } from '../hash.js';
import { inheritedTests } from '../library/inherited.js';
import type { Attempt, CapabilityVersion } from '../library/model.js';
import { isChangingFetch } from '../net/fetch-call.js';
import { judgeCounted } from './hidden-tries.js';
import type { ConcreteGenerator, SpecRecord } from './model.js';
import { type Code, isSameCapability, type Placement, placementsOf } from './naming.js';
import type { SpecDeps } from './spec-deps.js';

/** A candidate's code with what it is to be judged and admitted as. */
export interface Try extends Code {
  readonly record: SpecRecord;
  readonly generator: ConcreteGenerator;
  /** The capability that the caller says this is a better version of. */
  readonly superseded: CapabilityVersion | null;
}

export interface TryOutcome {
  readonly report: GateReport;
  readonly attemptId: string;
  readonly capability: CapabilityVersion | null;
  /** Why what the gate admitted did not enter the library. */
  readonly refusal: string | null;
}

/** Whether calling it changes something: by what induction saw, its tools' names, what it calls, or what it sends. */
async function isDestructive(deps: SpecDeps, record: SpecRecord): Promise<boolean> {
  const { tools, capabilities } = record.spec.dependencies;
  const pattern = await deps.store.specs.patternOfSpec(record.spec_id);
  if ((pattern?.destructive_tools.length ?? 0) > 0 || tools.some(isDestructiveName)) return true;
  for (const name of capabilities) if ((await deps.store.library.get(name))?.destructive) return true;
  // Hidden tests count: what they record is made live as well.
  const tests = [...record.spec.tests, ...(await deps.store.specs.hiddenTestsForGate(record.spec_id))];
  return tests.some((test) => (test.calls ?? []).some(isChangingFetch));
}

async function startAttempt(deps: SpecDeps, work: Try, placement: Placement): Promise<Omit<Attempt, 'report'>> {
  const { record, generator, code, language } = work;
  const identity = {
    spec_id: record.spec_id,
    code,
    language,
    name: placement.name,
    supersedes: placement.supersedes?.name ?? null,
  };
  const attempt_id = contentId('attempt', identity);
  const earlier = await deps.store.library.attemptsOfSpec(record.spec_id);
  const same = earlier.find((attempt) => attempt.attempt_id === attempt_id);
  const ordinal = same?.ordinal ?? Math.max(0, ...earlier.map((attempt) => attempt.ordinal)) + 1;
  const created_at = same?.created_at ?? deps.clock.now();
  return { attempt_id, spec_id: record.spec_id, ordinal, generator, code, language, capability: null, created_at };
}

async function admit(
  deps: SpecDeps,
  work: Try,
  placement: Placement,
  judged: { readonly attemptId: string; readonly report: GateReport; readonly via: Via },
): Promise<CapabilityVersion> {
  const { record, code, language, generator } = work;
  const old = placement.supersedes;
  // An induced skill that was learnt again is what it was, whatever recordings its tests came from this time.
  if (old && work.superseded === null && isSameCapability(old, record, work)) return old;
  return deps.library.admit({
    spec: { ...record.spec, name: placement.name },
    code,
    language,
    spec_id: record.spec_id,
    attempt_id: judged.attemptId,
    generator,
    report: judged.report,
    supersedes: old?.name ?? null,
    ...(old && { supersedes_version: old.version }),
    destructive: await isDestructive(deps, record),
    via: judged.via,
  });
}

/** @throws FoundryError limit where the hidden tests have been tried often enough */
async function judgeNew(deps: SpecDeps, candidate: Candidate, signal: AbortSignal): Promise<GateReport> {
  const { code, language, spec } = candidate;
  const report = await judgeCounted(deps, candidate, { program: { code, language }, signal });
  if (report !== 'spent') return report;
  throw new FoundryError(
    'limit',
    `The hidden tests of "${spec.name}" have been tried by ${gateSettings(deps.config).hiddenTries} different programs, and more tries would tell what they hold.`,
    'Propose a spec with other tests, or have the operator raise gate.hidden_tries.',
  );
}

async function tryPlacement(
  deps: SpecDeps,
  work: Try,
  placement: Placement,
  context: WorkContext,
): Promise<TryOutcome> {
  const { record, code, language } = work;
  const started = await startAttempt(deps, work, placement);
  const inherited = await inheritedTests(deps.store.library, placement.supersedes);
  const report = await judgeNew(
    deps,
    {
      spec: { ...record.spec, name: placement.name },
      code,
      language,
      visibleTests: record.spec.tests,
      hiddenTests: [...(await deps.store.specs.hiddenTestsForGate(record.spec_id)), ...inherited.hidden],
      inheritedTests: inherited.visible,
      authorSawAll: record.author_saw_all,
    },
    context.signal,
  );
  // Stored before it is admitted: the capability names its attempt.
  await deps.store.library.putAttempt({ ...started, report });
  const attemptId = started.attempt_id;
  if (report.verdict !== 'admitted') return { report, attemptId, capability: null, refusal: null };
  try {
    const capability = await admit(deps, work, placement, { attemptId, report, via: context.via });
    const { name, version } = capability;
    await deps.store.library.putAttempt({ ...started, report, capability: { name, version } });
    return { report, attemptId, capability, refusal: null };
  } catch (error) {
    if (!(error instanceof FoundryError) || error.code !== 'conflict') throw error;
    return { report, attemptId, capability: null, refusal: `${error.message} ${error.fix}` };
  }
}

/**
 * Judges a candidate, stores the attempt with its report, and admits it where the gate says so.
 * Judging the same code for the same spec again is the same attempt.
 */
export async function tryCode(deps: SpecDeps, work: Try, context: WorkContext): Promise<TryOutcome> {
  const placements = await placementsOf(deps.store, work.record, work.superseded);
  let outcome: TryOutcome | undefined;
  for (const placement of placements) {
    outcome = await tryPlacement(deps, work, placement, context);
    if (outcome.report.verdict !== 'rejected') return outcome;
  }
  if (!outcome) throw new FoundryError('internal', 'A candidate had no place to go.', 'Report this.');
  return outcome;
}
