import * as z from 'zod';
import { preferenceSampleSchema, ragSampleSchema, sftSampleSchema } from '../datasets/samples.js';
import { FoundryError } from '../errors.js';
import { isJsonObject } from '../json.js';
import { modelLedgerEntrySchema, playbookSchema, scratchpadSummarySchema } from '../knowledge/model.js';
import { receiptSchema } from '../receipts/model.js';
import { scoredRunSchema } from '../scoring/model.js';
import { anyEvidenceSchema } from './run-evidence.js';

interface Kind {
  readonly version: number;
  readonly title: string;
  readonly schema: z.ZodType;
  /** What makes a record of this kind anew, where one of an older version is found. */
  readonly remake: string;
}

/** Every kind of record that leaves the store, by name. */
export const recordKinds = {
  evidence_record: {
    version: 1,
    title: 'EvidenceRecord',
    schema: anyEvidenceSchema,
    remake: 'import the log again: capability-foundry import PATH',
  },
  scored_run: {
    version: 1,
    title: 'ScoredRun',
    schema: scoredRunSchema,
    remake: 'score the run again: capability-foundry score RUN',
  },
  playbook: { version: 1, title: 'Playbook', schema: playbookSchema, remake: 'call extract_playbooks again' },
  scratchpad_summary: {
    version: 1,
    title: 'ScratchpadSummary',
    schema: scratchpadSummarySchema,
    remake: 'read scratchpads://RUN again',
  },
  model_ledger_entry: {
    version: 1,
    title: 'ModelLedgerEntry',
    schema: modelLedgerEntrySchema,
    remake: 'read ledger://models again',
  },
  rag_sample: { version: 1, title: 'RagSample', schema: ragSampleSchema, remake: 'build the data set again' },
  sft_sample: {
    version: 1,
    title: 'SftSample',
    schema: sftSampleSchema,
    remake: 'build the data set again: build_sft',
  },
  preference_sample: {
    version: 1,
    title: 'PreferenceSample',
    schema: preferenceSampleSchema,
    remake: 'build the data set again',
  },
  receipt: { version: 1, title: 'Receipt', schema: receiptSchema, remake: 'run the command again' },
} as const satisfies Readonly<Record<string, Kind>>;

export type RecordKind = keyof typeof recordKinds;
export const recordKindNames = Object.keys(recordKinds).filter((name): name is RecordKind => name in recordKinds);

/** @throws FoundryError where the record is of another version: no field of it is looked at */
function checkVersion(kind: RecordKind, value: unknown): void {
  const found = isJsonObject(value) ? value['schema_version'] : undefined;
  const { version, remake } = recordKinds[kind];
  if (typeof found !== 'number' || found === version) return;
  const migration = `${kind} ${found} -> ${version}`;
  if (found > version) {
    throw new FoundryError(
      'store_too_new',
      `The ${kind} has schema_version ${found}; this program knows ${version}. The migration ${migration} does not exist.`,
      `Update capability-foundry to a version that knows ${kind} ${found}.`,
    );
  }
  throw new FoundryError(
    'unsupported_format',
    `The ${kind} has schema_version ${found}; this program reads ${version}. It needs the migration ${migration}.`,
    `There is no automatic one: ${remake}.`,
  );
}

/** Where a record is not as its schema says, in words. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'the record'}: ${message}`);
}

/**
 * Reads one record of a kind.
 * @throws FoundryError store_too_new or unsupported_format for another schema version, with the migration named;
 *   invalid_input where it is not as its schema says
 */
export function parseRecord(kind: RecordKind, value: unknown): unknown {
  checkVersion(kind, value);
  const parsed = recordKinds[kind].schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new FoundryError(
    'invalid_input',
    `This is no ${kind}: ${problemsOf(parsed.error).join('; ')}.`,
    `The schema is docs/schemas/${kind}.json.`,
  );
}

/** The JSON Schema (2020-12) of a kind. What two fields must be to one another stands in the zod schemas alone. */
export function jsonSchemaOf(kind: RecordKind): object {
  const { title, schema } = recordKinds[kind];
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12' });
  return { $schema, title, ...rest };
}
