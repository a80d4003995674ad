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
  /** Inserts what is new and counts what was there already. A run that grew is updated. */
  append(batch: AppendBatch): Promise<{ inserted: number; duplicates: number }>;
  putToolDefinitions(sourceId: string, definitions: readonly ToolDefinition[]): Promise<void>;
  /** The definitions seen, newest source last; without a source, of all. */
  toolDefinitions(source?: string): Promise<ToolDefinition[]>;
  putDiagnostics(diagnostics: readonly Diagnostic[]): Promise<void>;
  getRun(runId: string): Promise<Run | undefined>;
  /** Those of the ids that a run has, in no order. */
  runsAmong(runIds: readonly string[]): Promise<string[]>;
  getRecord(evidenceId: string): Promise<EvidenceRecord | undefined>;
  /** Runs in order of id, after `after`. */
  listRuns(filter: RunFilter, limit: number, after?: string): Promise<Run[]>;
  countRuns(filter: RunFilter): Promise<number>;
  getTrace(runId: string): Promise<RunTrace | undefined>;
  /** Whole runs in order of run id, a few at a time. */
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
