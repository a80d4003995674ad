import { readLines } from '../datasets/files.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import { tryParseJson } from '../json.js';
import { parseRecord, type RecordKind } from './kinds.js';

export interface RecordProblem {
  /** from 1 */
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

export interface Checked {
  readonly records: number;
  readonly valid: number;
  readonly problems: readonly RecordProblem[];
}

const maxKept = 1000;

/**
 * Checks each line of a JSONL file against the schema of a kind.
 * @returns counts, and what is wrong with the first 1,000 bad lines
 */
export async function checkFile(path: string, kind: RecordKind, signal: AbortSignal): Promise<Checked> {
  const problems: RecordProblem[] = [];
  let records = 0;
  let valid = 0;
  let line = 0;
  const note = (problem: Omit<RecordProblem, 'line'>): void => {
    if (problems.length < maxKept) problems.push({ line, ...problem });
  };
  for await (const text of readLines(path)) {
    throwIfCancelled(signal);
    line += 1;
    if (text.trim() === '') continue;
    records += 1;
    const value = tryParseJson(text);
    if (value === undefined) {
      note({ code: 'invalid_input', reason: 'the line is not JSON' });
      continue;
    }
    try {
      parseRecord(kind, value);
      valid += 1;
    } catch (error) {
      if (!(error instanceof FoundryError)) throw error;
      // Of another version, how the record is made anew; where the schema is, the command's reader knows.
      const fix = error.code === 'invalid_input' ? '' : ` ${error.fix}`;
      note({ code: error.code, reason: `${error.message}${fix}` });
    }
  }
  return { records, valid, problems };
}
