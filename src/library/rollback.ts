import { FoundryError } from '../errors.js';
import { changeOf, isChosenByPerson } from './changes.js';
import type { ManageCapabilityOutput } from './contract.js';
import type { CapabilityVersion } from './model.js';
import { step, unchanged } from './states.js';
import { currentOf, isPerson, movedOn, outcome, type Work } from './work.js';

/** The version to go to: the one that is named, else the newest earlier one that is not deprecated. */
async function targetOf({ deps, input, capability }: Work, current: CapabilityVersion): Promise<CapabilityVersion> {
  const versions = await deps.store.library.versions(capability.name);
  const earlier = versions.filter((one) => one.version < current.version && one.state !== 'deprecated');
  const target = input.version === undefined ? earlier.at(-1) : versions.find((one) => one.version === input.version);
  if (!target) {
    throw new FoundryError(
      'conflict',
      input.version === undefined
        ? `"${capability.name}" has no earlier version to go back to.`
        : `"${capability.name}" has no version ${input.version}.`,
      `Its versions are ${versions.map((one) => `${one.version} (${one.state})`).join(', ')}.`,
    );
  }
  if (target.state === 'deprecated' && target.version !== current.version) {
    throw new FoundryError('conflict', `Version ${target.version} is deprecated.`, 'Choose another version.');
  }
  return target;
}

/** Why a client may not choose that version; undefined where it may. */
async function whyNot(work: Work, current: CapabilityVersion, target: CapabilityVersion): Promise<string | undefined> {
  if (isPerson(work.context)) return undefined;
  if (await isChosenByPerson(work.deps.store.library, current.name)) {
    return `Version ${current.version} is the current one by a person's word; only a person chooses another.`;
  }
  if (current.state === 'active' && target.version > current.version) {
    return `Version ${current.version} is active. Version ${target.version} takes its place by promote, where it shows that it is better, or by a person's word.`;
  }
  return undefined;
}

/**
 * Makes another version the current one: an earlier one, or a later one again; never one that is deprecated. An active
 * version that is left behind is `staged` again, for only the current version of a name is active.
 * @throws FoundryError conflict, or invalid_input where a person sets an active version aside for a later one without a reason
 */
export async function rollback(work: Work): Promise<ManageCapabilityOutput> {
  const { deps, input, context } = work;
  const { library } = deps.store;
  const current = await currentOf(work);
  const target = await targetOf(work, current);
  const { name, version } = target;
  if (version === current.version) return outcome(current, false, 'It is the current version already.');
  const refusal = await whyNot(work, current, target);
  if (refusal !== undefined) return outcome(current, false, refusal);
  const isActive = current.state === 'active';
  if (isActive && version > current.version && input.reason === undefined) {
    throw new FoundryError(
      'invalid_input',
      `Version ${current.version} is active, and version ${version} has not shown that it is better.`,
      'Give a reason to choose it all the same.',
    );
  }
  const change = changeOf({
    name,
    version,
    action: 'rollback',
    before: `current ${current.version}${isActive ? ' active' : ''}`,
    after: `current ${version}${isActive ? `, ${current.version} staged` : ''}`,
    reason: input.reason,
    via: context.via,
    at: deps.clock.now(),
  });
  const states = [isActive ? step(current, 'staged', 'successor') : unchanged(current), unchanged(target)];
  if (await library.move({ name, states, current: { from: current.version, to: version }, change })) {
    return outcome(target, true);
  }
  const now = await currentOf(work);
  if (now.version !== version) throw movedOn(name);
  return outcome(now, false, 'Somebody else did it meanwhile.');
}
