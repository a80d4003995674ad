import type { JsonValue } from '../json.js';
import type { EvidenceRecord, Run, RunTrace, Source, ToolDefinition } from './model.js';

export interface RunFilter {
  readonly source?: string | undefined;
  readonly run_ids?: readonly string[] | undefined;
  readonly task_id?: string | undefined;
  readonly model?: string | undefined;
  readonly category?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Leaves out runs of origin `execution`. */
  readonly without_executions?: boolean | undefined;
}

export interface Diagnostic {
  readonly source_id: string;
  readonly kind: 'rejected' | 'ignored' | 'warning';
  readonly file: string;
  readonly line: number | null;
  readonly code: string;
  readonly message: string;
}

export interface AppendBatch {
  readonly runs: readonly Run[];
  readonly records: readonly EvidenceRecord[];
}

/** The run that a run came of. */
export interface RunLink {
  readonly run_id: string;
  readonly parent: NonNullable<Run['parent']>;
}

export interface EvidenceHit {
  readonly record: EvidenceRecord;
  readonly score: number;
  readonly snippet: string;
}

/** Where evidence lives. Records are append-only and keyed by content; every method is one transaction. */
export interface EvidenceStore {
  putSource(source: Source): Promise<void>;
  getSource(sourceId: string): Promise<Source | undefined>;
  listSources(): Promise<Source[]>;
  /**
   * Inserts what is new and counts what was there already. A run that grew is updated, and a record that says whether it is
   * abandoned is marked so, also where it was there already.
   */
  append(batch: AppendBatch): Promise<{ inserted: number; duplicates: number }>;
  /** Says of runs that are stored what they came of. */
  linkRuns(links: readonly RunLink[]): Promise<void>;
  putToolDefinitions(sourceId: string, definitions: readonly ToolDefinition[]): Promise<void>;
  /** The definitions seen, newest source last; without a source, of all. */
  toolDefinitions(source?: string): Promise<ToolDefinition[]>;
  /** What was kept of a file that was read to its end under this key; forgetting anything clears all of it. */
  fileAccount(sourceId: string, key: string): Promise<JsonValue | undefined>;
  putFileAccount(sourceId: string, key: string, account: JsonValue): Promise<void>;
  putDiagnostics(diagnostics: readonly Diagnostic[]): Promise<void>;
  getRun(runId: string): Promise<Run | undefined>;
  getRecord(evidenceId: string): Promise<EvidenceRecord | undefined>;
  /** Runs in order of id, after `after`. */
  listRuns(filter: RunFilter, limit: number, after?: string): Promise<Run[]>;
  countRuns(filter: RunFilter): Promise<number>;
  /** A run with its records; those of abandoned branches are left out unless `all` are asked for. */
  getTrace(runId: string, which?: 'all'): Promise<RunTrace | undefined>;
  /** Whole runs in order of run id, a few at a time, without abandoned branches. */
  traces(filter: RunFilter): AsyncIterable<RunTrace>;
  /** Full-text search, best first; `searched` is how many records the filters left. */
  search(
    query: string,
    filter: RunFilter,
    limit: number,
    offset: number,
  ): Promise<{ hits: EvidenceHit[]; searched: number }>;
  /** Ids that start with a prefix, for completion and for "did you mean". */
  idsStartingWith(kind: 'run' | 'record' | 'source', prefix: string, limit: number): Promise<string[]>;
}
