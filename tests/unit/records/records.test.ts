import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { FoundryError } from '../../../src/errors.js';
import { checkFile } from '../../../src/records/check-file.js';
import { jsonSchemaOf, parseRecord, recordKindNames, recordKinds } from '../../../src/records/kinds.js';
import { projectFolder } from '../../support/built.js';
import { tempFolder } from '../../support/temp.js';

const fixturesSchema = z.strictObject({
  good: z.array(z.record(z.string(), z.unknown())).min(2),
  bad: z
    .array(z.strictObject({ why: z.string(), field: z.string(), value: z.unknown().optional() }))
    .min(3)
    .describe('the first good one with one field otherwise, or left out where there is no value'),
});

const read = (path: string): unknown => JSON.parse(readFileSync(join(projectFolder, path), 'utf8'));

function thrownBy(work: () => unknown): FoundryError {
  try {
    work();
  } catch (error) {
    if (error instanceof FoundryError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('there are the nine kinds', () => {
  expect(recordKindNames).toEqual([
    'evidence_record',
    'scored_run',
    'playbook',
    'scratchpad_summary',
    'model_ledger_entry',
    'rag_sample',
    'sft_sample',
    'preference_sample',
    'receipt',
  ]);
});

describe.each(recordKindNames)('%s', (kind) => {
  const { good, bad } = fixturesSchema.parse(read(`tests/unit/records/fixtures/${kind}.json`));
  const [first = {}] = good;
  const spoilt = bad.map(({ why, field, ...change }) => {
    const { [field]: _left, ...rest } = first;
    return { why, field, record: 'value' in change ? { ...rest, [field]: change.value } : rest };
  });
  const isValid = new Ajv2020({ strict: false }).compile(jsonSchemaOf(kind));

  test.each(good.map((record, at) => [at + 1, record] as const))('good record %i is read as it is', (_, record) => {
    expect(parseRecord(kind, record)).toEqual(record);
    expect(isValid(record)).toBe(true);
  });

  test.each(spoilt.map((one) => [one.why, one] as const))('is refused where %s', (_, { field, record }) => {
    const error = thrownBy(() => parseRecord(kind, record));
    expect(error.code).toBe('invalid_input');
    expect(error.message).toContain(field);
    expect(isValid(record)).toBe(false);
  });

  test('of a newer schema version is refused, with the migration that does not exist', () => {
    const error = thrownBy(() => parseRecord(kind, { ...first, schema_version: 2 }));
    expect(error).toMatchObject({ code: 'store_too_new', message: expect.stringContaining(`${kind} 2 -> 1`) });
  });

  test('of an older schema version is refused, with the migration and what makes it anew', () => {
    const error = thrownBy(() => parseRecord(kind, { ...first, schema_version: 0 }));
    expect(error).toMatchObject({ code: 'unsupported_format', message: expect.stringContaining(`${kind} 0 -> 1`) });
    expect(error.fix).toContain(recordKinds[kind].remake);
  });

  test('without a schema version is no record', () => {
    const { schema_version: _, ...rest } = first;
    expect(thrownBy(() => parseRecord(kind, rest)).code).toBe('invalid_input');
  });

  test('has its JSON Schema in the documents', () => {
    expect(read(`docs/schemas/${kind}.json`)).toEqual(jsonSchemaOf(kind));
  });
});

describe('what two fields must be to one another', () => {
  const { good } = fixturesSchema.parse(read('tests/unit/records/fixtures/preference_sample.json'));
  const [sample = {}] = good;

  test('a preference between equal answers is none', () => {
    const error = thrownBy(() => parseRecord('preference_sample', { ...sample, rejected: sample['chosen'] }));
    expect(error.message).toContain('is the same as chosen');
  });

  test('a preference between answers of one run is none', () => {
    const source_run_ids = { chosen: 'run_1', rejected: 'run_1' };
    const error = thrownBy(() => parseRecord('preference_sample', { ...sample, source_run_ids }));
    expect(error.message).toContain('both are of one run');
  });
});

test.each(['partially_accepted', 'rejected', 'needs_human_review'])('no sample to train on is %s', (quality_score) => {
  const { good } = fixturesSchema.parse(read('tests/unit/records/fixtures/sft_sample.json'));
  expect(thrownBy(() => parseRecord('sft_sample', { ...good[0], quality_score })).message).toContain('quality_score');
});

test('the hash of what stood in the log before redaction is in no record that leaves the store', () => {
  const { good } = fixturesSchema.parse(read('tests/unit/records/fixtures/evidence_record.json'));
  const line = good.find((one) => one['kind'] !== 'run') ?? {};
  const provenance = Object.assign({ sig_hash: 'a'.repeat(64) }, line['provenance']);
  expect(thrownBy(() => parseRecord('evidence_record', { ...line, provenance })).message).toContain('sig_hash');
});

test('a file is checked line by line, and each bad line is named with its reason', async () => {
  const { good } = fixturesSchema.parse(read('tests/unit/records/fixtures/scored_run.json'));
  const path = join(tempFolder(), 'scores.jsonl');
  const lines = [JSON.stringify(good[0]), '', '{broken', JSON.stringify({ ...good[1], category: 'fine' })];
  writeFileSync(path, `${lines.join('\n')}\n${JSON.stringify({ ...good[0], schema_version: 3 })}\n`);
  const checked = await checkFile(path, 'scored_run', new AbortController().signal);
  expect(checked).toMatchObject({ records: 4, valid: 1 });
  expect(checked.problems.map(({ line, code }) => [line, code])).toEqual([
    [3, 'invalid_input'],
    [4, 'invalid_input'],
    [5, 'store_too_new'],
  ]);
  expect(checked.problems[1]?.reason).toContain('category');
});
