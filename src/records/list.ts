import { join } from 'node:path';
import { dataFile, provenanceFile, readJsonLines } from '../datasets/files.js';
import { type RowProvenance, rowProvenanceSchema } from '../datasets/provenance.js';
import { sftSampleOf } from '../datasets/samples.js';
import { splitNames } from '../datasets/split.js';
import { FoundryError } from '../errors.js';
import { hashOf } from '../hash.js';
import { isJsonObject } from '../json.js';
import { summarizeScratchpad } from '../knowledge/scratchpad.js';
import type { KnowledgeService } from '../knowledge/service.js';
import type { Store } from '../store.js';
import { collectRun } from './collect.js';
import type { RecordKind } from './kinds.js';

export interface RecordSource {
  readonly store: Store;
  readonly knowledge: KnowledgeService;
  /** How a file may be named outside. */
  shownFile(path: string): string;
  /** Only runs of this source. */
  readonly source?: string | undefined;
  /** The data set whose samples are meant. */
  readonly dataset?: string | undefined;
}

async function* runs({ store, shownFile, source }: RecordSource): AsyncGenerator<unknown> {
  for await (const trace of store.evidence.traces({ source })) {
    const id = trace.run.run_id;
    const score = (await store.scores.effective([id])).get(id);
    const [override, suggestions] = [await store.scores.getOverride(id), await store.scores.suggestions(id)];
    yield collectRun({ trace, score, override, suggestions, shownFile });
  }
}

async function* scores({ store, source }: RecordSource): AsyncGenerator<unknown> {
  for await (const { run } of store.evidence.traces({ source })) {
    const score = (await store.scores.effective([run.run_id])).get(run.run_id);
    if (score) yield score;
  }
}

async function* scratchpads({ store, source }: RecordSource): AsyncGenerator<unknown> {
  for await (const trace of store.evidence.traces({ source })) {
    const summary = summarizeScratchpad(trace);
    if (summary) yield summary;
  }
}

async function* playbooks({ store }: RecordSource): AsyncGenerator<unknown> {
  for (const id of await store.knowledge.playbookIdsStartingWith('', 1_000_000))
    yield await store.knowledge.getPlaybook(id);
}

async function* receipts({ store }: RecordSource): AsyncGenerator<unknown> {
  let after: string | undefined;
  for (;;) {
    const page = await store.receipts.listReceipts(200, after);
    yield* page;
    after = page.at(-1)?.receipt_id;
    if (page.length < 200) return;
  }
}

async function* samples({ store, dataset }: RecordSource): AsyncGenerator<unknown> {
  const found = dataset === undefined ? undefined : await store.datasets.getDataset(dataset);
  if (!found) {
    const known = (await store.datasets.listDatasets(10)).map((one) => one.dataset_id);
    throw new FoundryError(
      'not_found',
      dataset === undefined ? 'Nothing says which data set is meant.' : `There is no data set ${dataset}.`,
      known.length > 0 ? `Give --dataset with one of ${known.join(', ')}.` : 'Build one with build_sft.',
    );
  }
  const entries = new Map<string, RowProvenance>();
  for await (const value of readJsonLines(join(found.output_dir, provenanceFile(found.name)))) {
    const entry = rowProvenanceSchema.parse(value);
    entries.set(entry.row_id, entry);
  }
  for (const file of splitNames.map((split) => dataFile(found.name, split))) {
    if (!found.files.some(({ path }) => path.endsWith(file))) continue;
    for await (const row of readJsonLines(join(found.output_dir, file))) {
      const entry = isJsonObject(row) ? entries.get(hashOf(row)) : undefined;
      if (isJsonObject(row) && entry) yield sftSampleOf(row, entry);
    }
  }
}

async function* ledger({ knowledge }: RecordSource): AsyncGenerator<unknown> {
  yield* await knowledge.ledger();
}

const makers: Readonly<Partial<Record<RecordKind, (from: RecordSource) => AsyncGenerator<unknown>>>> = {
  evidence_record: runs,
  scored_run: scores,
  playbook: playbooks,
  scratchpad_summary: scratchpads,
  model_ledger_entry: ledger,
  sft_sample: samples,
  receipt: receipts,
};

/** Kinds of runs: what a source narrows. */
const ofRuns: ReadonlySet<RecordKind> = new Set(['evidence_record', 'scored_run', 'scratchpad_summary']);

/** What does not narrow a kind is refused, for the answer would look as if it had. */
function refuseUnused(kind: RecordKind, { source, dataset }: RecordSource): void {
  if (source !== undefined && !ofRuns.has(kind))
    throw new FoundryError(
      'invalid_input',
      `A source does not narrow ${kind}.`,
      `Leave --source out; it narrows ${[...ofRuns].join(', ')}.`,
    );
  if (dataset !== undefined && kind !== 'sft_sample')
    throw new FoundryError('invalid_input', `A data set does not narrow ${kind}.`, 'Leave --dataset out.');
}

async function* ofSource(from: RecordSource, records: AsyncGenerator<unknown>): AsyncGenerator<unknown> {
  const { store, source } = from;
  const known = source === undefined ? [] : (await store.evidence.listSources()).map((one) => one.source);
  if (source !== undefined && !known.includes(source))
    throw new FoundryError(
      'not_found',
      `No run has the source ${source}.`,
      known.length > 0 ? `Sources there are: ${[...new Set(known)].slice(0, 10).join(', ')}.` : 'Import logs first.',
    );
  yield* records;
}

/**
 * The records of a kind that the store holds or that follow from it, one after the other.
 * @throws FoundryError unsupported_format for a kind that nothing makes yet; invalid_input where a source or a data set
 *   says nothing of the kind; not_found
 */
export function recordsOf(kind: RecordKind, from: RecordSource): AsyncGenerator<unknown> {
  const make = makers[kind];
  if (make) {
    refuseUnused(kind, from);
    return ofSource(from, make(from));
  }
  throw new FoundryError(
    'unsupported_format',
    `Nothing here makes a ${kind} yet.`,
    `These are made: ${Object.keys(makers).join(', ')}.`,
  );
}
