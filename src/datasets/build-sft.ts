import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { Source } from '../evidence/model.js';
import { contentId } from '../hash.js';
import type { JsonObject } from '../json.js';
import type { FileRef } from '../receipts/model.js';
import { storeReceipt } from '../receipts/receipts.js';
import { type BuildFacts, renderCard } from './card.js';
import type { BuildSftInput, BuildSftOutput } from './contract.js';
import { renderCroissant } from './croissant.js';
import { loadOverlap } from './decontaminate.js';
import type { DatasetDeps } from './deps.js';
import { type Distributed, distribute } from './distribute.js';
import { checkFolder, openLines, publish } from './files.js';
import type { Dataset, DatasetRow } from './model.js';
import { type BuildOptions, readOptions } from './options.js';
import { bump, createRowMaker, type RowDeps, type RowLimits, survey, type Tally } from './rows.js';
import { loadTokenCounter } from './tokens.js';

const spoolFile = 'rows.spool';

/** A person at the command line may name any folder; everyone else is held to the granted ones. */
async function outputFolder(deps: DatasetDeps, input: BuildSftInput, context: WorkContext): Promise<string> {
  if (input.output_dir === undefined) return join(deps.config.home, 'exports', input.name);
  return context.via === 'cli' ? resolve(input.output_dir) : deps.roots.writable(input.output_dir);
}

async function loadLimits(
  deps: DatasetDeps,
  input: BuildSftInput,
  work: { context: WorkContext; warnings: string[] },
): Promise<RowLimits> {
  const countTokens = input.max_tokens === undefined ? null : await loadTokenCounter();
  const against = input.decontaminate_against;
  if (against === undefined) return { countTokens, overlaps: null };
  const path = work.context.via === 'cli' ? resolve(against) : await deps.roots.readable(against);
  const loaded = await loadOverlap(path).catch((error: unknown) => {
    throw new FoundryError(
      'not_found',
      'The file of decontaminate_against cannot be read.',
      'Give the path of a JSONL file.',
      { cause: error },
    );
  });
  if (loaded.unreadable > 0) {
    work.warnings.push(`${loaded.unreadable} lines of the file to stay clear of are not JSON and were not compared.`);
  }
  return { countTokens, overlaps: loaded.overlaps };
}

async function describeNothing(deps: DatasetDeps): Promise<never> {
  const agents = (await deps.store.evidence.listSources()).filter((source) => source.origin !== 'execution');
  const known = [...new Set(agents.map((source) => source.source))].slice(0, 10);
  throw new FoundryError(
    'not_found',
    'No run matches the filter.',
    known.length > 0 ? `Sources there are: ${known.join(', ')}.` : 'Import logs first with import_evidence.',
  );
}

interface Spooled {
  readonly excluded: Tally;
  readonly matched: number;
  readonly warnings: string[];
}

/** Passes one and two: finds the accepted runs, then writes their rows, not yet split, to a spool. */
async function spoolRows(
  deps: DatasetDeps,
  work: { input: BuildSftInput; options: BuildOptions; staging: string; context: WorkContext },
): Promise<Spooled> {
  const { options, context } = work;
  const warnings: string[] = [];
  const excluded: Tally = new Map();
  const rowDeps: RowDeps = {
    evidence: deps.store.evidence,
    scoring: deps.scoring,
    trustClient: deps.config.file.trust_client_outcomes === true,
    heldKinds: (row) => deps.evidence.heldKinds(row),
  };
  const limits = await loadLimits(deps, work.input, { context, warnings });
  const found = await survey(rowDeps, options, { context, excluded });
  if (found.matched === 0) await describeNothing(deps);
  bump(excluded, 'filter', (await deps.store.evidence.countRuns({})) - found.matched - found.executions);

  const maker = createRowMaker(rowDeps, options, { catalog: found.catalog, limits });
  const spool = await openLines(work.staging, spoolFile);
  try {
    for (const [index, runId] of found.runIds.entries()) {
      throwIfCancelled(context.signal);
      context.progress(index, found.runIds.length, 'writing rows');
      const trace = await deps.store.evidence.getTrace(runId);
      const score = trace && (await deps.scoring.scoresOf([trace], context)).get(runId);
      const made = trace ? await maker.make(trace, score) : 'forgotten';
      if (typeof made === 'string') bump(excluded, made);
      else await spool.write(made);
    }
  } finally {
    await spool.close();
  }
  return { excluded, matched: found.matched, warnings };
}

function warningsOf(options: BuildOptions, spooled: Spooled, out: Distributed): string[] {
  const warnings = [...spooled.warnings];
  if (out.moved !== null) {
    warnings.push(`By its hash no group fell to train: ${out.moved} was moved there, so that train is not empty.`);
  }
  const empty = (['train', 'validation', 'test'] as const).filter(
    (split) => options.shares[split] > 0 && !out.files.some((file) => file.split === split),
  );
  if (empty.length > 0) warnings.push(`No group fell to ${empty.join(' and ')}: there is no such file.`);
  if (out.toolsInferred.length > 0) warnings.push(`${out.toolsInferred.length} tool schemas were inferred.`);
  if (out.failedSteps > 0 && options.maskFailedSteps && !options.format.canMask) {
    warnings.push(`${out.failedSteps} failed steps are not masked: the format ${options.format.name} has no mask.`);
  }
  return warnings;
}

async function sourcesOf(deps: DatasetDeps, ids: readonly string[]): Promise<Source[]> {
  const found: Source[] = [];
  for (const id of ids) {
    const source = await deps.store.evidence.getSource(id);
    if (source) found.push(source);
  }
  return found;
}

/** What the receipt keeps: enough to build the same again and for `verify` to render rows again. */
function receiptArguments(input: BuildSftInput, options: BuildOptions, datasetId: string): JsonObject {
  return {
    ...(JSON.parse(JSON.stringify(input)) as JsonObject),
    dataset_id: datasetId,
    format: options.format.name,
    unit: 'run',
    split: { ...options.shares },
    mask_failed_steps: options.maskFailedSteps,
    dedupe: options.dedupe,
  };
}

/**
 * Builds a data set for supervised fine-tuning. One run is in memory at a time; files appear only when all are complete.
 * The same evidence, scores and arguments give byte-identical data and provenance files.
 * @throws FoundryError invalid_input, unsupported_format, path_not_allowed, conflict, not_found, cancelled
 */
export async function buildSft(deps: DatasetDeps, input: BuildSftInput, context: WorkContext): Promise<BuildSftOutput> {
  const startedAt = deps.clock.now();
  const startedMs = deps.clock.elapsed();
  const options = readOptions(input);
  const folder = await outputFolder(deps, input, context);
  await checkFolder(folder, options.name, receiptArguments(input, options, ''));
  const staging = join(folder, `.building-${options.name}`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    const spooled = await spoolRows(deps, { input, options, staging, context });
    const out = await distribute(deps.store.scores, {
      staging,
      spool: join(staging, spoolFile),
      options,
      excluded: spooled.excluded,
      signal: context.signal,
    });
    await rm(join(staging, spoolFile));
    return await finish(deps, { input, options, folder, staging, spooled, out, context, startedAt, startedMs });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

interface Finish {
  readonly input: BuildSftInput;
  readonly options: BuildOptions;
  readonly folder: string;
  readonly staging: string;
  readonly spooled: Spooled;
  readonly out: Distributed;
  readonly context: WorkContext;
  readonly startedAt: string;
  readonly startedMs: number;
}

/** Receipt, card and metadata; then everything is moved into place and recorded. */
async function finish(deps: DatasetDeps, work: Finish): Promise<BuildSftOutput> {
  const { options, out, spooled } = work;
  const excluded = Object.fromEntries([...spooled.excluded].sort(([a], [b]) => (a < b ? -1 : 1)));
  const datasetId = contentId('dataset', {
    kind: 'sft',
    name: options.name,
    format: options.format.name,
    files: out.files.map((file) => [file.split, file.sha256]),
  });
  const warnings = warningsOf(options, spooled, out);
  const sources = await sourcesOf(deps, out.sourceIds);
  const outputs: FileRef[] = [...out.refs, out.provenance];
  const receipt = await storeReceipt(deps.store.receipts, deps.clock, {
    command: 'build_sft',
    arguments: receiptArguments(work.input, options, datasetId),
    inputs: sources.map((one) => ({ path: deps.roots.display(one.path), sha256: one.sha256, bytes: one.bytes })),
    outputs,
    counts: { runs: spooled.matched, rows: out.rows.length, ...excluded },
    recordCounts: { in: spooled.matched, out: out.rows.length },
    warnings,
    startedAt: work.startedAt,
    startedMs: work.startedMs,
    via: work.context.via,
  });
  const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();
  const facts: BuildFacts = {
    datasetId,
    receiptId: receipt.receipt_id,
    options,
    files: out.files,
    rows: out.rows.length,
    matched: spooled.matched,
    excluded,
    sources: unique(sources.map((one) => one.source)),
    importers: unique(sources.map((one) => one.importer)),
    redactionPolicies: unique(sources.map((one) => one.redaction_policy)),
    scorerVersion: deps.scoring.version,
    toolsInferred: out.toolsInferred,
    failedSteps: out.failedSteps,
    groups: out.groups,
    warnings,
  };
  const card = renderCard(facts);
  await writeFile(join(work.staging, 'README.md'), card);
  const croissant = renderCroissant(facts, outputs, receipt.ended_at);
  await writeFile(join(work.staging, 'croissant.json'), `${JSON.stringify(croissant, null, 2)}\n`);
  await writeFile(join(work.staging, 'receipt.json'), `${JSON.stringify(receipt, null, 2)}\n`);
  await publish(work.staging, work.folder, options.name);
  await record(deps, work, { datasetId, receiptId: receipt.receipt_id, card, excluded });
  return {
    dataset_id: datasetId,
    rows: out.rows.length,
    files: out.files.map((file) => ({ ...file, path: join(work.folder, file.path) })),
    excluded,
    card_uri: `datasets://${datasetId}`,
    receipt_id: receipt.receipt_id,
  };
}

async function record(
  deps: DatasetDeps,
  work: Finish,
  made: { datasetId: string; receiptId: string; card: string; excluded: Record<string, number> },
): Promise<void> {
  const dataset: Dataset = {
    dataset_id: made.datasetId,
    name: work.options.name,
    kind: 'sft',
    format: work.options.format.name,
    config: receiptArguments(work.input, work.options, made.datasetId),
    rows: work.out.rows.length,
    files: work.out.files,
    excluded: made.excluded,
    card: made.card,
    output_dir: work.folder,
    receipt_id: made.receiptId,
    created_at: deps.clock.now(),
  };
  const rows: readonly DatasetRow[] = work.out.rows;
  await deps.store.datasets.putDataset(dataset, rows);
}
