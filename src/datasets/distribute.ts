import { throwIfCancelled } from '../errors.js';
import { isJsonObject } from '../json.js';
import type { FileRef } from '../receipts/model.js';
import type { ScoreStore } from '../scoring/model.js';
import { dataFile, type LineWriter, openLines, provenanceFile, readJsonLines } from './files.js';
import type { DatasetFile, DatasetRow } from './model.js';
import type { BuildOptions } from './options.js';
import { type RowProvenance, rowProvenanceSchema } from './provenance.js';
import { type BuiltRow, bump, type Tally } from './rows.js';
import { assignSplits, type SplitName, splitNames } from './split.js';

/** What the data files of a build hold. Paths are names in the output folder. */
export interface Distributed {
  readonly files: readonly DatasetFile[];
  readonly refs: readonly FileRef[];
  readonly provenance: FileRef;
  readonly rows: readonly DatasetRow[];
  readonly sourceIds: readonly string[];
  readonly toolsInferred: readonly string[];
  readonly failedSteps: number;
  readonly groups: number;
  /** a group that was moved so that train is not empty */
  readonly moved: string | null;
}

export interface DistributeWork {
  readonly staging: string;
  readonly spool: string;
  readonly options: BuildOptions;
  readonly excluded: Tally;
  readonly signal: AbortSignal;
}

async function* spooledRows(path: string): AsyncGenerator<BuiltRow> {
  for await (const value of readJsonLines(path)) {
    if (!isJsonObject(value)) throw new Error('the spool of rows is damaged');
    yield value as unknown as BuiltRow;
  }
}

async function stillAccepted(scores: ScoreStore, runId: string): Promise<boolean> {
  return (await scores.effective([runId])).get(runId)?.category === 'accepted';
}

interface Facts {
  readonly sourceIds: Set<string>;
  readonly inferred: Set<string>;
  readonly groups: Set<string>;
  failedSteps: number;
}

function note(facts: Facts, entry: RowProvenance): void {
  for (const source of entry.sources) facts.sourceIds.add(source.source_id);
  for (const name of entry.tools_inferred) facts.inferred.add(name);
  facts.groups.add(entry.group_key);
  facts.failedSteps += entry.failed_steps.length;
}

/** The files of the splits, each opened when its first row comes. */
interface SplitFiles {
  readonly writers: Map<SplitName, LineWriter>;
  readonly sidecar: LineWriter;
}

interface Placed {
  readonly splits: ReadonlyMap<string, SplitName>;
  readonly files: SplitFiles;
  readonly facts: Facts;
}

async function writeRows(scores: ScoreStore, work: DistributeWork, placed: Placed): Promise<DatasetRow[]> {
  const { writers, sidecar } = placed.files;
  const rows: DatasetRow[] = [];
  for await (const { row, entry } of spooledRows(work.spool)) {
    throwIfCancelled(work.signal);
    const split = placed.splits.get(entry.group_key);
    if (split === undefined || !(await stillAccepted(scores, entry.run_id))) {
      bump(work.excluded, 'not_accepted:changed_meanwhile');
      continue;
    }
    const complete = rowProvenanceSchema.parse({ ...entry, split });
    const writer = writers.get(split) ?? (await openLines(work.staging, dataFile(work.options.name, split)));
    writers.set(split, writer);
    await writer.write(row);
    await sidecar.write(complete);
    note(placed.facts, complete);
    const evidence_ids = [...new Set(complete.messages.map((message) => message.evidence_id))];
    rows.push({ row_id: complete.row_id, split, run_id: complete.run_id, evidence_ids });
  }
  return rows;
}

/**
 * The last pass: assigns the groups to splits, now that all of them are known, and writes the rows with their provenance.
 * Each run's standing is looked up once more before its row is written.
 */
export async function distribute(scores: ScoreStore, work: DistributeWork): Promise<Distributed> {
  const groups: string[] = [];
  for await (const { entry } of spooledRows(work.spool)) {
    if (await stillAccepted(scores, entry.run_id)) groups.push(entry.group_key);
  }
  const { splits, moved } = assignSplits(groups, work.options.shares);
  const facts: Facts = { sourceIds: new Set(), inferred: new Set(), groups: new Set(), failedSteps: 0 };
  const sidecar = await openLines(work.staging, provenanceFile(work.options.name));
  const writers = new Map<SplitName, LineWriter>();
  try {
    const rows = await writeRows(scores, work, { splits, files: { writers, sidecar }, facts });
    const files: DatasetFile[] = [];
    const refs: FileRef[] = [];
    for (const split of splitNames) {
      const writer = writers.get(split);
      if (!writer) continue;
      const ref = await writer.close();
      refs.push(ref);
      files.push({ path: ref.path, split, rows: writer.lines, sha256: ref.sha256 });
    }
    return {
      files,
      refs,
      provenance: await sidecar.close(),
      rows,
      sourceIds: [...facts.sourceIds].sort(),
      toolsInferred: [...facts.inferred].sort(),
      failedSteps: facts.failedSteps,
      groups: facts.groups.size,
      moved,
    };
  } catch (error) {
    for (const writer of [...writers.values(), sidecar]) await writer.abandon();
    throw error;
  }
}
