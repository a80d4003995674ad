import type { JsonObject, JsonValue } from '../../json.js';
import type { EvidenceRecord, Format, Run } from '../model.js';
import type { Place, ValueSpan } from '../read/spans.js';

/** What an importer says about one record; who it is and where it stood is added by the pipeline. */
export type RecordContent = Pick<
  EvidenceRecord,
  | 'kind'
  | 'role'
  | 'is_human'
  | 'is_sidechain'
  | 'timestamp'
  | 'model'
  | 'text'
  | 'tool_calls'
  | 'tool_result'
  | 'act'
  | 'outcome'
  | 'usage'
>;

/** A record on its way: `read` is pure and runs on the value as it stood and again on the redacted value. */
export interface Draft {
  readonly span: ValueSpan;
  readonly nativeId: string | null;
  /** Whether it stands on a branch that was abandoned; absent where this file cannot tell. */
  readonly isAbandoned?: boolean;
  /** The record's content, or the reason why the value is none. Reasons never quote the value. */
  read(value: JsonValue): RecordContent | string;
}

/** What is known of a run beside its records, as it stood in the log. */
export interface RunFacts {
  readonly native_id: string | null;
  readonly session_id: string | null;
  readonly task_id: string | null;
  readonly trial: string | null;
  readonly project: string | null;
  readonly agent: string | null;
  /** of the program that wrote the log */
  readonly version: string | null;
  readonly task: Run['task'];
}

export const noFacts: RunFacts = {
  native_id: null,
  session_id: null,
  task_id: null,
  trial: null,
  project: null,
  agent: null,
  version: null,
  task: null,
};

/**
 * How a run is known again:
 * - `native`: by an id of its own; its records may come in several pieces;
 * - `content`: by `seed` and all its records, which come in one piece; with `grows` a longer copy is the same run.
 */
export type RunKey =
  | { readonly by: 'native'; readonly id: JsonValue }
  | { readonly by: 'content'; readonly seed: JsonValue; readonly grows: boolean };

/** The run that another one came of; both have ids of their own. */
export interface ParentDraft {
  readonly relation: NonNullable<Run['parent']>['relation'];
  readonly id: JsonValue;
  readonly call_id: string | null;
}

export interface RunDraft {
  readonly event: 'run';
  readonly key: RunKey;
  readonly facts: RunFacts;
  readonly parent?: ParentDraft;
  readonly drafts: readonly Draft[];
}

export interface Rejected {
  readonly event: 'rejected';
  readonly place: Place;
  readonly reason: string;
}

export interface Ignored {
  readonly event: 'ignored';
  readonly place: Place;
  /** what it is, for the count of its kind */
  readonly kind: string;
}

/** Tool definitions as the log has them; they are no records and are not counted. */
export interface ToolsFound {
  readonly event: 'tools';
  readonly tools: readonly JsonValue[];
}

/** Which run another one came of, as the log of the first tells; the other may have been read before or not yet. */
export interface LinkFound {
  readonly event: 'link';
  readonly id: JsonValue;
  readonly parent: ParentDraft;
}

export type ImportEvent = RunDraft | Rejected | Ignored | ToolsFound | LinkFound;

/** What the reader hands to an importer: a value with its place, or a stretch that is none. */
export type Item = { readonly span: ValueSpan } | { readonly rejected: Rejected };

export interface Importer {
  readonly format: Format;
  readonly version: number;
  /** Top-level objects of this format in a JSON document: one record holder each, or a map of them. */
  recognizes(value: JsonValue): boolean;
  /** A value that only this format has: the first such value of a file decides, whatever its other values look like. */
  decides?(value: JsonValue): boolean;
  /** @param again reads the file once more from its start, for what only a look at the whole of it can tell */
  read(items: AsyncIterable<Item>, again: () => AsyncIterable<Item>): AsyncGenerator<ImportEvent>;
}

export function rejected(place: Place, reason: string): Rejected {
  return { event: 'rejected', place: { offset: place.offset, length: place.length, line: place.line }, reason };
}

export function ignored(place: Place, kind: string): Ignored {
  return { event: 'ignored', place: { offset: place.offset, length: place.length, line: place.line }, kind };
}

/** A string, or a number or boolean as text; null for anything else. */
export function idText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

export function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export const emptyContent: RecordContent = {
  kind: 'message',
  role: null,
  is_human: false,
  is_sidechain: false,
  timestamp: null,
  model: null,
  text: null,
  tool_calls: [],
  tool_result: null,
  act: null,
  outcome: null,
  usage: null,
};
