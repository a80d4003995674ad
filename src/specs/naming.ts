import { FoundryError } from '../errors.js';
import { canonicalJson } from '../json.js';
import type { CapabilityVersion } from '../library/model.js';
import type { Store } from '../store.js';
import type { SpecRecord } from './model.js';
import { freeInLibrary } from './names.js';

/** A name to admit under, and the capability whose tests must pass too. */
export interface Placement {
  readonly name: string;
  readonly supersedes: CapabilityVersion | null;
}

/** A capability with the attempt by which a spec became it. */
export interface Admitted {
  readonly capability: CapabilityVersion;
  readonly attemptId: string;
}

export interface Code {
  readonly code: string;
  readonly language: 'typescript' | 'python';
}

/** Same code behind the same interface: the tests may differ, what a caller gets does not. */
export function isSameCapability(capability: CapabilityVersion, record: SpecRecord, code: Code): boolean {
  const face = ({ spec }: { spec: SpecRecord['spec'] }): string =>
    canonicalJson([spec.kind, spec.input_schema, spec.output_schema, spec.dependencies, spec.permissions]);
  return capability.code === code.code && capability.language === code.language && face(capability) === face(record);
}

/** The capability that this spec with this code already is. */
export async function identicalTo(
  store: Pick<Store, 'library'>,
  record: SpecRecord,
  code: Code,
): Promise<Admitted | undefined> {
  const before = await admittedBefore(store, record);
  const { code: known, language } = before?.capability ?? {};
  return known === code.code && language === code.language ? before : undefined;
}

/** The capability that this very spec was admitted as before, under its own name or with a number behind it. */
export async function admittedBefore(store: Pick<Store, 'library'>, record: SpecRecord): Promise<Admitted | undefined> {
  for (const attempt of await store.library.attemptsOfSpec(record.spec_id)) {
    if (!attempt.capability) continue;
    const found = await store.library.get(attempt.capability.name, attempt.capability.version);
    if (found) return { capability: found, attemptId: attempt.attempt_id };
  }
  // The process may have died between admitting and noting it at the attempt.
  const { taken } = await freeInLibrary(store, record.spec.name);
  for (const name of taken) {
    const found = (await store.library.versions(name)).find((version) => version.spec_id === record.spec_id);
    if (found) return { capability: found, attemptId: found.attempt_id };
  }
  return undefined;
}

/**
 * Where a candidate may go. A name that is taken: an agent is told; what was generated is tried as a new version where
 * both were induced (the old tests decide), and otherwise, or when that fails, gets a number behind its name.
 * @throws FoundryError conflict where an agent's name is taken
 */
export async function placementsOf(
  store: Pick<Store, 'library'>,
  record: SpecRecord,
  superseded: CapabilityVersion | null,
): Promise<Placement[]> {
  const { name } = record.spec;
  if (superseded) return [{ name: superseded.name, supersedes: superseded }];
  const { free, taken } = await freeInLibrary(store, name);
  if (taken.length === 0) return [{ name, supersedes: null }];
  if (record.generator === 'agent') {
    throw new FoundryError(
      'conflict',
      `name_taken: the library has a capability "${name}".`,
      `Pass supersedes: "${name}" to make a new version of it, or choose another name.`,
    );
  }
  const current = await store.library.get(name);
  const renamed: Placement = { name: free, supersedes: null };
  return record.generator === 'induction' && current?.generator === 'induction'
    ? [{ name, supersedes: current }, renamed]
    : [renamed];
}
