import type { Candidate, GateReport } from '../gate/model.js';
import { judgeCounted } from '../specs/hidden-tries.js';
import { changeOf, isTakenOutByGate } from './changes.js';
import type { Regated } from './contract.js';
import { calleesOf, goneFrom } from './dependents.js';
import { inheritedTests } from './inherited.js';
import type { Change, State } from './model.js';
import { step } from './states.js';
import { isPerson, movedOn, type Work } from './work.js';

const maxTries = 5;

/**
 * Judges the stored version again, with every test that it was admitted with: visible, hidden, and inherited. Whoever hands
 * in one version after another of what a skill calls could ask its hidden tests as well, so these count as programs too;
 * when there were as many as the operator allows, the visible tests decide alone, and admit nothing.
 */
async function judge(work: Work): Promise<GateReport> {
  const { deps, context } = work;
  const candidate = await candidateOf(work);
  const { found } = await calleesOf(deps.store.library, work.capability);
  if (found.size === 0 || isPerson(context)) return deps.gate.judge(candidate, context.signal);
  const called = [...found.values()].map(({ name, content_hash }) => [name, content_hash]).sort();
  const program = { code: candidate.code, language: candidate.language, called };
  const report = await judgeCounted(deps, candidate, { program, signal: context.signal });
  if (report !== 'spent') return report;
  return deps.gate.judge({ ...candidate, hiddenTests: [], authorSawAll: false }, context.signal);
}

async function candidateOf({ deps, capability }: Work): Promise<Candidate> {
  const { library } = deps.store;
  const { name, version, supersedes } = capability;
  const tests = await library.testsForGate(name, version);
  const superseded = supersedes === null ? null : await library.get(name, supersedes);
  const inherited = await inheritedTests(library, superseded);
  return {
    spec: capability.spec,
    code: capability.code,
    language: capability.language,
    visibleTests: tests.visible,
    hiddenTests: [...tests.hidden, ...inherited.hidden],
    inheritedTests: inherited.visible,
    authorSawAll: capability.report.author_saw_all,
  };
}

/** What was admitted once is taken out on two refusals only: on a busy machine a test may run out of time. */
async function judgeFairly(work: Work): Promise<GateReport> {
  const report = await judge(work);
  return report.verdict === 'rejected' ? judge(work) : report;
}

function refusalOf({ failed_stage, reasons }: GateReport): string {
  return `The gate refuses it now (${failed_stage ?? 'no stage'}): ${reasons.join('; ')}.`;
}

function recordOf(work: Work, report: GateReport, { before, after }: { before: State; after: State }): Change {
  const { deps, capability, input, context } = work;
  const { name, version } = capability;
  const because = input.reason === undefined ? '' : ` Regated because: ${input.reason}`;
  const reason = report.verdict === 'rejected' ? `${refusalOf(report)}${because}` : input.reason;
  return changeOf({
    name,
    version,
    action: 'regate',
    before,
    after,
    reason,
    report,
    via: context.via,
    at: deps.clock.now(),
  });
}

/** What the verdict makes of a state: what is refused is taken out; what the gate took out itself it gives back. */
async function stateAfter(work: Work, state: State, { verdict }: GateReport): Promise<State> {
  if (verdict === 'rejected') return 'deprecated';
  const isBack = verdict === 'admitted' && state === 'deprecated';
  return isBack && (await isTakenOutByGate(work.deps.store.library, work.capability)) ? 'staged' : state;
}

/**
 * Writes the verdict down, whatever state the version has come to meanwhile: judging takes long, and somebody may have
 * promoted it.
 */
async function conclude(work: Work, report: GateReport): Promise<Pick<Regated, 'state' | 'changed'>> {
  const { library } = work.deps.store;
  const { name, version } = work.capability;
  for (let tries = 0; tries < maxTries; tries += 1) {
    const [now, current] = [await library.get(name, version), await library.get(name)];
    if (!now || !current) break;
    const before = now.state;
    const after = await stateAfter(work, before, report);
    const change = recordOf(work, report, { before, after });
    if (before === after) {
      await library.putChange(change);
      return { state: after, changed: false };
    }
    const states = [step(now, after, 'gate')];
    const place = { from: current.version, to: current.version };
    if (await library.move({ name, states, current: place, change })) return { state: after, changed: true };
  }
  throw movedOn(name);
}

/**
 * Judges one version by the gate as it is now and by what it calls now. Where what it calls is gone, there is nothing to
 * judge: it is not ready, and comes back with what it calls.
 * @throws FoundryError conflict, sandbox_unavailable, cancelled
 */
export async function regateOne(work: Work): Promise<Regated> {
  const { deps, capability } = work;
  const { name, version, state } = capability;
  const gone = await goneFrom(deps.store.library, capability);
  if (gone.length > 0) {
    const reasons = [`it calls what is deprecated or gone: ${gone.join(', ')}`];
    return { name, version, state, verdict: 'not_judged', changed: false, reasons };
  }
  const report = await judgeFairly(work);
  const { visible_tests: visible, hidden_tests: hidden, verdict, failed_stage: stage } = report;
  const passed = [`it passes ${visible} visible and ${hidden} hidden tests`];
  const reasons = verdict === 'admitted' ? passed : [...report.reasons];
  const failed = stage === null ? {} : { failed_stage: stage };
  return { name, version, verdict, ...(await conclude(work, report)), ...failed, reasons };
}
