import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { changeOf, isTakenOutByGate } from './changes.js';
import type { ManageCapabilityInput, ManageCapabilityOutput, Regated } from './contract.js';
import { dependentsOf } from './dependents.js';
import type { LibraryDeps } from './deps.js';
import { findVersion } from './execution.js';
import { exportSkill } from './export.js';
import { promote } from './promote.js';
import { callersText, regate, regateCallers } from './regate-many.js';
import { rollback } from './rollback.js';
import { step } from './states.js';
import { currentOf, isPerson, movedOn, outcome, type Work } from './work.js';

/** What calls a deprecated capability stays as it is, but cannot run: it is ready again when the capability is back. */
async function deprecate(work: Work): Promise<ManageCapabilityOutput> {
  const { deps, capability, input, context } = work;
  const { library } = deps.store;
  const { name, version, state } = capability;
  const current = await currentOf(work);
  const parts = { name, version, action: 'deprecate', reason: input.reason, via: context.via } as const;
  const change = changeOf({ ...parts, before: state, after: 'deprecated', at: deps.clock.now() });
  if (state === 'deprecated') {
    // From now on the gate does not give it back by itself.
    if (await isTakenOutByGate(library, capability)) await library.putChange(change);
    return outcome(capability, false, 'It is deprecated already.');
  }
  const states = [step(capability, 'deprecated', isPerson(context) ? 'person' : 'client')];
  if (!(await library.move({ name, states, current: { from: current.version, to: current.version }, change }))) {
    const now = await library.get(name, version);
    if (now?.state !== 'deprecated') throw movedOn(name);
    return outcome(now, false, 'Somebody else did it meanwhile.');
  }
  const callers = version === current.version ? await dependentsOf(library, name) : [];
  const ready = callers.filter((one) => one.state !== 'deprecated').map((one) => one.name);
  const note = ready.length === 0 ? undefined : `Not ready any more, for they call it: ${ready.join(', ')}.`;
  return outcome({ ...capability, state: 'deprecated' }, true, note);
}

function regatedText({ verdict, failed_stage, reasons, changed }: Regated): string {
  const said = reasons.join('; ');
  if (verdict === 'admitted') return `The gate admits it again: ${said}.${changed ? ' It is staged again.' : ''}`;
  if (verdict === 'not_judged') return `It was not judged: ${said}.`;
  if (verdict === 'inconclusive') return `The gate came to no verdict: ${said}.`;
  return `The gate refuses it now (${failed_stage ?? 'no stage'}): ${said}.${changed ? ' It was deprecated.' : ''}`;
}

function tallyOf(regated: readonly Regated[]): string {
  const count = (verdict: Regated['verdict']): number => regated.filter((one) => one.verdict === verdict).length;
  return `${regated.length} judged: ${count('admitted')} admitted, ${count('rejected')} rejected, ${count('inconclusive')} inconclusive, ${count('not_judged')} not judged.`;
}

async function regateAsked(work: Work, input: ManageCapabilityInput): Promise<ManageCapabilityOutput> {
  const { deps, capability, context } = work;
  const { scope = 'one', reason } = input;
  const { name, version } = capability;
  const regated = await regate(deps, { name, version, scope, reason }, context);
  const own = regated.find((one) => one.name === name && one.version === version);
  const state = (await deps.store.library.get(name, version))?.state ?? capability.state;
  const done = { name, version, state };
  if (scope === 'one' && own) return outcome(done, own.changed, regatedText(own));
  const changed = regated.some((one) => one.changed);
  return { ...outcome(done, changed, tallyOf(regated)), regated };
}

/** What a change of the current version means for those that call it. */
async function withCallers(work: Work, done: ManageCapabilityOutput): Promise<ManageCapabilityOutput> {
  const callers = await regateCallers(work.deps, done.name, work.context);
  const text = callersText(callers);
  if (text === undefined) return done;
  const note = done.note === undefined ? text : `${done.note} ${text}`;
  return { ...done, note, regated: [...callers.regated] };
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

/** Whether managing means judging: a regate of what is there, or a change of the current version that others call. */
export async function takesLong(
  { store }: Pick<LibraryDeps, 'store'>,
  { name, version, action }: Pick<ManageCapabilityInput, 'name' | 'version' | 'action'>,
): Promise<boolean> {
  if (action === 'regate') return (await store.library.get(name, version)) !== undefined;
  return (action === 'rollback' || action === 'promote') && (await store.library.callersOf(name)).length > 0;
}

/** Changes what the library says of a capability. @throws FoundryError not_found, conflict, invalid_input, needs_setup */
export async function manage(
  deps: LibraryDeps,
  input: ManageCapabilityInput,
  context: WorkContext,
): Promise<ManageCapabilityOutput> {
  if (input.scope !== undefined && input.action !== 'regate') {
    throw new FoundryError('invalid_input', 'scope goes with regate.', 'Leave it out.');
  }
  const version = input.action === 'rollback' ? undefined : input.version;
  const capability = await findVersion(deps, input.name, version);
  const work: Work = { deps, capability, input, context };
  switch (input.action) {
    case 'promote':
      return withCallers(work, await promote(work));
    case 'deprecate':
      return deprecate(work);
    case 'rollback':
      return withCallers(work, await rollback(work));
    case 'regate':
      return regateAsked(work, input);
    case 'publish':
    case 'unpublish':
      return refusePublishing(deps);
    case 'export': {
      const files = await exportSkill(deps, capability, input.output_dir);
      return { ...outcome(capability, true), files };
    }
  }
}
