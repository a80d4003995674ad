import type { Clock, Via, WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import type { Clean } from '../evidence/clean.js';
import { receipted } from '../receipts/receipted.js';
import type { Store } from '../store.js';
import type { Override } from './model.js';
import type { Word } from './service.js';

interface OverridingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly clean: Clean;
}

function personOnly(via: Via): Override['via'] {
  if (via !== 'mcp') return via;
  throw new FoundryError(
    'invalid_input',
    "Only a person can override a score, and this came from a client's model.",
    'Use suggest to send the run to review, or let a person run: capability-foundry score RUN --override CATEGORY --reason TEXT',
  );
}

/** @throws FoundryError not_found */
export async function existing(store: Store, runId: string): Promise<void> {
  if (await store.evidence.getRun(runId)) return;
  throw new FoundryError('not_found', `There is no run ${runId}.`, 'Read evidence://runs for the runs there are.');
}

/** Puts a person's word on runs: on all of them or on none. @throws FoundryError invalid_input, not_found */
export async function overrideRuns(
  { store, clock, clean }: OverridingDeps,
  runIds: readonly string[],
  { word, context }: { readonly word: Word; readonly context: WorkContext },
): Promise<readonly Override[]> {
  const via = personOnly(context.via);
  const { category, reason } = word;
  if (reason.trim() === '') {
    throw new FoundryError('invalid_input', 'An override needs a reason.', 'Say in a sentence why the score is wrong.');
  }
  const work = async (): Promise<Override[]> => {
    for (const runId of runIds) await existing(store, runId);
    const said = (await clean(reason)).value;
    const at = clock.now();
    const overrides = runIds.map((run_id): Override => ({ run_id, category, reason: said, at, via }));
    await store.scores.putOverrides(overrides);
    return overrides;
  };
  return receipted(
    { store, clock },
    {
      command: 'override_score',
      arguments: runIds.length === 1 ? { run_id: runIds[0] ?? '', category } : { run_ids: [...runIds], category },
      via,
      work,
      tell: ({ length }) => ({ counts: { overrides: length }, recordCounts: { in: length, out: length } }),
    },
  );
}

/** Takes back overrides that a person has just given. @throws FoundryError invalid_input */
export async function takeBackOverrides(
  deps: OverridingDeps,
  overrides: readonly Override[],
  context: WorkContext,
): Promise<void> {
  const via = personOnly(context.via);
  await receipted(deps, {
    command: 'take_back_override',
    arguments: { run_ids: overrides.map((one) => one.run_id) },
    via,
    work: () => deps.store.scores.removeOverrides(overrides),
    tell: (removed) => ({ counts: { taken_back: removed }, recordCounts: { in: overrides.length, out: removed } }),
  });
}
