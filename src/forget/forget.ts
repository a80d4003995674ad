import { rm } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { Config } from '../config.js';
import type { Clock, WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { sha256 } from '../hash.js';
import type { JsonObject } from '../json.js';
import { receiptOfFailure } from '../receipts/receipted.js';
import { storeReceipt } from '../receipts/receipts.js';
import { removeRecordings } from '../record/store-recordings.js';
import type { Store } from '../store.js';
import type { Selection } from './model.js';

export interface ForgetDeps {
  readonly config: Pick<Config, 'home'>;
  readonly store: Store;
  readonly clock: Clock;
}

export interface ForgetResult {
  readonly counts: Readonly<Record<string, number>>;
  /** Folders of data sets outside of the data folder: these are for a person to delete. */
  readonly left: readonly string[];
  /** What stays although what it was made from goes, in a sentence each. */
  readonly notes: readonly string[];
  readonly receipt_id?: string;
}

function asked(selection: Selection): string {
  if (selection.by === 'source') return selection.source;
  return selection.by === 'run' ? selection.runId : selection.folder;
}

function notesOn(keptSpecs: number): string[] {
  if (keptSpecs === 0) return [];
  const what = keptSpecs === 1 ? 'spec that an agent wrote stays' : 'specs that agents wrote stay';
  return [`${keptSpecs} ${what}, with code and versions, without a cluster: what was forgotten was in none of theirs.`];
}

function liesIn(folder: string, home: string): boolean {
  const way = relative(home, folder);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
}

/** Not what it was called: a label or a folder may be what had to go. */
const argumentsOf = (selection: Selection): JsonObject => ({
  by: selection.by,
  selected_sha256: sha256(asked(selection)),
});

const nothingThere = (): FoundryError =>
  new FoundryError(
    'not_found',
    'Nothing that is stored was selected.',
    'foundry_status and evidence://runs show what is there.',
  );

interface Request {
  readonly selection: Selection;
  readonly dryRun: boolean;
}

/**
 * Forgets runs and all that was derived from them. Only a person may ask for it. A dry run leaves no receipt.
 * @throws FoundryError not_found where nothing is selected, busy where another process uses the store
 */
export function forget(deps: ForgetDeps, request: Request, context: WorkContext): Promise<ForgetResult> {
  const work = () => forgetAll(deps, request, context);
  if (request.dryRun) return work();
  const begun = { command: 'forget', arguments: argumentsOf(request.selection), via: context.via, work };
  return receiptOfFailure({ store: deps.store, clock: deps.clock }, begun);
}

async function forgetAll(deps: ForgetDeps, request: Request, context: WorkContext): Promise<ForgetResult> {
  const { store, clock, config } = deps;
  const startedAt = clock.now();
  const startedMs = clock.elapsed();
  if (context.via === 'mcp')
    throw new FoundryError('invalid_input', 'Only a person can forget.', 'Use the command line.');
  const { selection, dryRun } = request;
  if (!store.exists()) throw nothingThere();
  const { counts, datasetFolders, recordings, keptSpecs } = await store.forgetting.forget(selection, dryRun);
  if (Object.keys(counts).length === 0) {
    // What an earlier call removed may wait for this, where that call met another process.
    if (!dryRun) await store.forgetting.scrub();
    throw nothingThere();
  }
  const inside = datasetFolders.filter(({ folder }) => liesIn(folder, config.home));
  const left = datasetFolders.filter((one) => !inside.includes(one)).map(({ folder }) => folder);
  const notes = notesOn(keptSpecs);
  if (dryRun) return { counts, left, notes };
  for (const { folder } of inside) await rm(folder, { recursive: true, force: true });
  // Copies that lie elsewhere are logs as any other; those that were written here would come back with the next session.
  const recordingsRemoved = await removeRecordings(config.home, recordings);
  const receipt = await storeReceipt(store.receipts, clock, {
    command: 'forget',
    arguments: argumentsOf(selection),
    counts: { ...counts, dataset_folders_removed: inside.length, recordings_removed: recordingsRemoved },
    warnings: [
      ...(left.length > 0
        ? [`${left.length} exported data sets lie outside of the data folder and are still there.`]
        : []),
      ...notes,
    ],
    startedAt,
    startedMs,
    via: context.via,
  });
  await store.forgetting.scrub();
  return { counts, left, notes, receipt_id: receipt.receipt_id };
}
