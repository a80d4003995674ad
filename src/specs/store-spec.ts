import type { Clock } from '../context.js';
import { contentId, hashOf } from '../hash.js';
import type { Store } from '../store.js';
import { drawHidden } from './hidden.js';
import type { ConcreteGenerator, Spec, SpecRecord, SpecTest } from './model.js';

export interface SpecDraft {
  readonly spec: Spec;
  /** The generator's own hidden tests; null to draw them from the spec's. */
  readonly hiddenTests: readonly SpecTest[] | null;
  readonly generator: ConcreteGenerator;
  readonly clusterId: string | null;
  readonly clusteringId: string | null;
  readonly authorSawAll: boolean;
}

interface Prepared {
  readonly record: SpecRecord;
  readonly hidden: readonly SpecTest[];
}

type StoreDeps = { readonly store: Pick<Store, 'specs' | 'salt'>; readonly clock: Clock };

/** Splits the tests and gives the spec the id of its content; nothing is stored yet. */
export async function prepareSpec(deps: StoreDeps, draft: SpecDraft): Promise<Prepared> {
  const salt = await deps.store.salt();
  const { visible, hidden } =
    draft.hiddenTests !== null || draft.authorSawAll
      ? { visible: draft.spec.tests, hidden: draft.hiddenTests ?? [] }
      : drawHidden(draft.spec.tests, salt);
  const spec: Spec = { ...draft.spec, tests: [...visible] };
  const identity = {
    generator: draft.generator,
    cluster_id: draft.clusterId,
    clustering_id: draft.clusteringId,
    author_saw_all: draft.authorSawAll,
  };
  // All else in the id is known: without the salt, guesses at hidden tests could be checked against it.
  const sealed = hidden.length === 0 ? [] : hashOf([salt, hidden]);
  const spec_id = contentId('spec', { spec, hidden: sealed, ...identity });
  return { record: { spec_id, spec, ...identity, created_at: deps.clock.now() }, hidden };
}

/** Stores the spec under the id of its content and returns the record, with the visible tests alone. */
export async function storeSpec(deps: StoreDeps, draft: SpecDraft): Promise<SpecRecord> {
  const { record, hidden } = await prepareSpec(deps, draft);
  await deps.store.specs.putSpec(record, hidden);
  return record;
}
