import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import type { GateReport } from '../gate/model.js';
import { contentId } from '../hash.js';
import type { ManageCapabilityInput, ManageCapabilityOutput } from './contract.js';
import type { LibraryDeps } from './deps.js';
import { findVersion } from './execution.js';
import { exportSkill } from './export.js';
import { inheritedTests } from './inherited.js';
import type { CapabilityVersion, Change } from './model.js';
import { hasSamples, missingFor, standingOf, thresholdsOf } from './promotion.js';

interface Work {
  readonly deps: LibraryDeps;
  readonly capability: CapabilityVersion;
  readonly input: ManageCapabilityInput;
  readonly context: WorkContext;
}

function outcome(
  { name, version, state }: Pick<CapabilityVersion, 'name' | 'version' | 'state'>,
  changed: boolean,
  note?: string,
): ManageCapabilityOutput {
  return { name, version, state, changed, ...(note === undefined ? {} : { note }) };
}

function changeOf(
  { deps, capability, input, context }: Work,
  change: { readonly before: string; readonly after: string; readonly reason?: string; readonly report?: GateReport },
): Change {
  const { name, version } = capability;
  const body = {
    name,
    version,
    action:
      input.action === 'rollback' || input.action === 'promote' || input.action === 'regate'
        ? input.action
        : 'deprecate',
    before: change.before,
    after: change.after,
    reason: change.reason ?? input.reason ?? null,
    report: change.report ?? null,
    via: context.via,
    at: deps.clock.now(),
  } as const;
  return { ...body, change_id: contentId('change', body) };
}

function movedOn(name: string): FoundryError {
  return new FoundryError(
    'conflict',
    `"${name}" was changed by someone else meanwhile.`,
    `Read capability://${name} and decide again.`,
  );
}

async function setState(work: Work, state: CapabilityVersion['state']): Promise<void> {
  const { name, version, state: before } = work.capability;
  const change = changeOf(work, { before, after: state });
  if (!(await work.deps.store.library.setState(name, version, state, before, change))) throw movedOn(name);
}

/**
 * `active` is earned by use: over MCP by the thresholds alone; a person may promote before that, with a reason. Nobody
 * promotes what has not run once, nor what its last gate report refused.
 */
async function promote(work: Work): Promise<ManageCapabilityOutput> {
  const { deps, capability, input, context } = work;
  if (capability.state === 'active') return outcome(capability, false, 'It is active already.');
  const { library } = deps.store;
  const regated = (await library.changesOf(capability.name, 200)).find(
    (change) => change.version === capability.version && change.report !== null,
  );
  const report = regated?.report ?? capability.report;
  const standing = standingOf(await library.useOf(capability.name, capability.version), report);
  const lacks = missingFor(standing, thresholdsOf(deps.config.file.promotion));
  const person = context.via !== 'mcp';
  if (!hasSamples(standing)) {
    return outcome(
      capability,
      false,
      `What was never called, or has no test, cannot be promoted yet. Still missing: ${lacks.join('; ')}.`,
    );
  }
  if (report.verdict !== 'admitted')
    return outcome(capability, false, 'Its last gate report refuses it; mend it first.');
  if (capability.state === 'deprecated' && !person) {
    return outcome(capability, false, 'What was deprecated is brought back by a person, from the command line.');
  }
  if (lacks.length > 0 && !person) {
    return outcome(
      capability,
      false,
      `Still missing: ${lacks.join('; ')}. Only a person may promote before that, from the command line or when asked.`,
    );
  }
  if (lacks.length > 0 && input.reason === undefined) {
    throw new FoundryError(
      'invalid_input',
      `${capability.name} does not meet the thresholds: ${lacks.join('; ')}.`,
      'Give a reason to promote it all the same.',
    );
  }
  await setState(work, 'active');
  return outcome({ ...capability, state: 'active' }, true);
}

async function deprecate(work: Work): Promise<ManageCapabilityOutput> {
  const { capability } = work;
  if (capability.state === 'deprecated') return outcome(capability, false, 'It is deprecated already.');
  await setState(work, 'deprecated');
  return outcome({ ...capability, state: 'deprecated' }, true);
}

/** Makes an earlier version the current one; without a version, the newest earlier one that is not deprecated. */
async function rollback(work: Work): Promise<ManageCapabilityOutput> {
  const { deps, input } = work;
  const { library } = deps.store;
  const current = await library.get(input.name);
  const versions = await library.versions(input.name);
  const earlier = versions.filter((one) => current && one.version < current.version && one.state !== 'deprecated');
  const target = input.version === undefined ? earlier.at(-1) : versions.find((one) => one.version === input.version);
  if (!current || !target) {
    throw new FoundryError(
      'conflict',
      `"${input.name}" has no earlier version to go back to.`,
      `Its versions are ${versions.map((one) => one.version).join(', ')}.`,
    );
  }
  if (target.version === current.version) return outcome(current, false, 'It is the current version already.');
  if (target.state === 'deprecated') {
    throw new FoundryError('conflict', `Version ${target.version} is deprecated.`, 'Choose another version.');
  }
  const before = `current ${current.version}`;
  const change = changeOf({ ...work, capability: target }, { before, after: `current ${target.version}` });
  const done = await library.setCurrent(input.name, target.version, current.version, change);
  if (!done) throw movedOn(input.name);
  return outcome(target, true);
}

/**
 * What the gate refuses is deprecated whatever state it has come to meanwhile: judging takes long, and somebody may have
 * promoted it.
 * @returns whether that changed anything
 */
async function deprecateRefused(work: Work, refused: { reason: string; report: GateReport }): Promise<boolean> {
  const { library } = work.deps.store;
  const { name, version } = work.capability;
  for (let tries = 0; tries < 5; tries += 1) {
    const state = (await library.get(name, version))?.state;
    if (state === undefined) break;
    const change = changeOf(work, { before: state, after: 'deprecated', ...refused });
    if (state === 'deprecated') {
      await library.putChange(change);
      return false;
    }
    if (await library.setState(name, version, 'deprecated', state, change)) return true;
  }
  throw movedOn(name);
}

/** Judges the stored version again, with every test that it was admitted with: visible, hidden, and inherited. */
async function judgeAgain({ deps, capability, context }: Work): Promise<GateReport> {
  const { library } = deps.store;
  const { name, version, supersedes } = capability;
  const tests = await library.testsForGate(name, version);
  const superseded = supersedes === null ? null : await library.get(name, supersedes);
  const inherited = await inheritedTests(library, superseded);
  return deps.gate.judge(
    {
      spec: capability.spec,
      code: capability.code,
      language: capability.language,
      visibleTests: tests.visible,
      hiddenTests: [...tests.hidden, ...inherited.hidden],
      inheritedTests: inherited.visible,
      authorSawAll: capability.report.author_saw_all,
    },
    context.signal,
  );
}

async function regate(work: Work): Promise<ManageCapabilityOutput> {
  const { capability, input } = work;
  const report = await judgeAgain(work);
  if (report.verdict === 'rejected') {
    const refusal = `The gate refuses it now (${report.failed_stage ?? 'no stage'}): ${report.reasons.join('; ')}.`;
    const reason = input.reason === undefined ? refusal : `${refusal} Regated because: ${input.reason}`;
    const changed = await deprecateRefused(work, { reason, report });
    const note = changed ? `${refusal} It was deprecated.` : refusal;
    return outcome({ ...capability, state: 'deprecated' }, changed, note);
  }
  const { state } = capability;
  await work.deps.store.library.putChange(changeOf(work, { before: state, after: state, report }));
  return outcome(
    capability,
    false,
    report.verdict === 'admitted'
      ? `It passes the gate again: ${report.visible_tests} visible and ${report.hidden_tests} hidden tests.`
      : `The gate came to no verdict: ${report.reasons.join('; ')}.`,
  );
}

function refusePublishing({ config }: LibraryDeps): never {
  throw config.file.publish
    ? new FoundryError(
        'needs_setup',
        'Publishing capabilities as tools of their own is not available in this version.',
        'Reach them by search_capabilities and call_capability.',
      )
    : new FoundryError(
        'needs_setup',
        'The operator has not turned publishing on.',
        'Reach capabilities by search_capabilities and call_capability, or set publish in foundry.config.json.',
      );
}

/** Changes what the library says of a capability. @throws FoundryError not_found, conflict, invalid_input, needs_setup */
export async function manage(
  deps: LibraryDeps,
  input: ManageCapabilityInput,
  context: WorkContext,
): Promise<ManageCapabilityOutput> {
  const version = input.action === 'rollback' ? undefined : input.version;
  const capability = await findVersion(deps, input.name, version);
  const work: Work = { deps, capability, input, context };
  switch (input.action) {
    case 'promote':
      return promote(work);
    case 'deprecate':
      return deprecate(work);
    case 'rollback':
      return rollback(work);
    case 'regate':
      return regate(work);
    case 'publish':
    case 'unpublish':
      return refusePublishing(deps);
    case 'export': {
      const files = await exportSkill(deps, capability, input.output_dir);
      return { ...outcome(capability, true), files };
    }
  }
}
