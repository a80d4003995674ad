import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { sha256 } from '../../../src/hash.js';
import { createBench } from './support.js';

const shared = process.env['FOUNDRY_SHARED_DATA'] ?? resolve(import.meta.dirname, '../../../../shared/data');
const path = join(shared, 'tau-airline', 'trajectories.json');
const present = existsSync(path);
if (!present) console.warn(`skipped: the airline recordings are not at ${path}`);

describe.skipIf(!present)('the airline recordings', () => {
  it('import whole, and every record is the bytes that it names', async () => {
    const bench = createBench();
    const output = await bench.import({ path });
    expect(output).toMatchObject({
      format: 'tau_bench',
      rejected: 0,
      ignored: 0,
      duplicates: 0,
      runs: 100,
      redacted: {},
    });
    const bytes = readFileSync(path);
    const logged = JSON.parse(bytes.toString('utf8')) as { traj: object[]; reward: number }[];
    expect(output.records_read).toBe(logged.reduce((sum, run) => sum + run.traj.length + 1, 0));
    const outcomes: unknown[] = [];
    let unanswered = 0;
    for (const trace of await bench.traces()) {
      outcomes.push(trace.run.outcome?.value);
      unanswered += recordedCalls(trace).filter((call) => call.resultOrdinal === null).length;
      for (const record of trace.records) {
        const at = record.provenance;
        const span = bytes.subarray(at.byte_offset, at.byte_offset + at.byte_length);
        const keys = (at.pointer ?? '').split('/').slice(1);
        const named = keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], logged);
        expect(JSON.parse(span.toString('utf8'))).toEqual(named);
        expect(at.sig_hash).toBe(sha256(span));
      }
    }
    expect(outcomes.filter((value) => value === 1)).toHaveLength(43);
    expect(unanswered).toBe(0);
    await bench.close();
  });
});
