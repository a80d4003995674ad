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

/** What the words of a query lead to. */
export interface WordMatches {
  /** places of records, best first */
  readonly seqs: readonly number[];
  /** the words that were looked for, rarest first */
  readonly terms: readonly string[];
  /** the words that no record holds */
  readonly absent: readonly string[];
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
  /** Names of all tools that were seen, each once, in order. */
  toolNames(): Promise<string[]>;
  /** Each different definition of these tools that the logs of a source hold (none inferred), and in how many files it stands. */
  declaredTools(source: string, names: readonly string[]): Promise<{ tool: ToolDefinition; files: number }[]>;
  /** What was kept of a file that was read to its end under this key; forgetting anything clears all of it. */
  fileAccount(sourceId: string, key: string): Promise<JsonValue | undefined>;
  putFileAccount(sourceId: string, key: string, account: JsonValue): Promise<void>;
  putDiagnostics(diagnostics: readonly Diagnostic[]): Promise<void>;
  getRun(runId: string): Promise<Run | undefined>;
  /** Those of the ids that a run has, in no order. */
  runsAmong(runIds: readonly string[]): Promise<string[]>;
  getRecord(evidenceId: string): Promise<EvidenceRecord | undefined>;
  /** Runs in order of id, after `after`. */
  listRuns(filter: RunFilter, limit: number, after?: string): Promise<Run[]>;
  countRuns(filter: RunFilter): Promise<number>;
  /** A run with its records; those of abandoned branches are left out unless `all` are asked for. */
  getTrace(runId: string, which?: 'all'): Promise<RunTrace | undefined>;
  /** Whole runs in order of run id, a few at a time, without abandoned branches. */
  traces(filter: RunFilter): AsyncIterable<RunTrace>;
  /** How many records a filter leaves. */
  countRecords(filter: RunFilter): Promise<number>;
  /** Full-text search (BM25) over the rarest words of a query. */
  matchWords(query: string, filter: RunFilter, limit: number): Promise<WordMatches>;
  /** The places of all records that a filter leaves, in ascending order. */
  placesOf(filter: RunFilter): Promise<number[]>;
  /** Those of the places whose record a filter leaves, in the order given. */
  placesWithin(seqs: readonly number[], filter: RunFilter): Promise<number[]>;
  /** The records at these places, in the order given; a place without a record is left out. */
  recordsAt(seqs: readonly number[]): Promise<EvidenceRecord[]>;
  /** Ids that start with a prefix, for completion and for "did you mean". */
  idsStartingWith(kind: 'run' | 'record' | 'source', prefix: string, limit: number): Promise<string[]>;
}
