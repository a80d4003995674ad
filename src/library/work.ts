import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import type { ManageCapabilityInput, ManageCapabilityOutput } from './contract.js';
import type { LibraryDeps } from './deps.js';
import type { CapabilityVersion } from './model.js';

/** One thing to do with one version. */
export interface Work {
  readonly deps: LibraryDeps;
  readonly capability: CapabilityVersion;
  readonly input: Pick<ManageCapabilityInput, 'reason' | 'version'>;
  readonly context: WorkContext;
}

/** A person's word is what came by the command line or by an answer to a question. */
export function isPerson({ via }: WorkContext): boolean {
  return via !== 'mcp';
}

export function outcome(
  { name, version, state }: Pick<CapabilityVersion, 'name' | 'version' | 'state'>,
  changed: boolean,
  note?: string,
): ManageCapabilityOutput {
  return { name, version, state, changed, ...(note === undefined ? {} : { note }) };
}

export function movedOn(name: string): FoundryError {
  return new FoundryError(
    'conflict',
    `"${name}" was changed by someone else meanwhile.`,
    `Read capability://${name} and decide again.`,
  );
}

/** The current version of a name that is known to be there. @throws FoundryError conflict where it is gone */
export async function currentOf({ deps, capability }: Work): Promise<CapabilityVersion> {
  const current = await deps.store.library.get(capability.name);
  if (!current) throw movedOn(capability.name);
  return current;
}
