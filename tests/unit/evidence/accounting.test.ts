import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FoundryError } from '../../../src/errors.js';
import type { ImportOutput } from '../../../src/evidence/contract.js';
import { claudeLines, conversation, createBench, jsonl, tauRun, unaccounted } from './support.js';

const act = { act_id: 'f#1', intent: 'Check', action: 'Compare', latent_skill_calls: [{ operation: 'x' }] };

const logs: readonly Buffer[] = [
  JSON.stringify([tauRun(0, 0, 1), tauRun(1, 1, 0)]),
  JSON.stringify([tauRun(0, 0, 1)], null, 2),
  jsonl(claudeLines()),
  jsonl([{ messages: conversation, reward: 1 }, { messages: conversation.slice(0, 2) }]),
  jsonl([{ request: { messages: conversation.slice(0, 2) }, response: { choices: [{ message: conversation[2] }] } }]),
  JSON.stringify([act, { ...act, act_id: 'f#2' }], null, 2),
].map((text) => Buffer.from(text));

/** Values that no importer expects where it finds them. */
const odd = fc.constantFrom(
  'null',
  '1e999',
  '-12345678901234567890123',
  '""',
  '[]',
  '{}',
  'true',
  '{"__proto__":{"x":1},"constructor":2}',
  `${'['.repeat(400)}${']'.repeat(400)}`,
  '"\\ud800"',
);

type Change = (log: Buffer) => Buffer;

const splice = (at: number, remove: number, put: Buffer): Change => {
  return (log) => {
    const from = Math.floor(at * log.length);
    return Buffer.concat([log.subarray(0, from), put, log.subarray(from + remove)]);
  };
};

const fraction = fc.double({ min: 0, max: 0.999, noNaN: true });

const change: fc.Arbitrary<Change> = fc.oneof(
  fraction.map(
    (at): Change =>
      (log) =>
        log.subarray(0, Math.floor(at * log.length)),
  ),
  fc
    .tuple(fraction, fc.nat(20), fc.uint8Array({ maxLength: 6 }))
    .map(([at, cut, put]) => splice(at, cut, Buffer.from(put))),
  fc
    .tuple(fraction, fc.constantFrom('{', '}', '[', ']', '"', ',', '\n', '\\'))
    .map(([at, put]) => splice(at, 1, Buffer.from(put))),
  // A value somewhere in the log becomes another one: wrong types at every place that the importers look at.
  fc.tuple(fraction, odd).map(([at, put]): Change => {
    return (log) => {
      const text = log.toString('utf8');
      const values = [...text.matchAll(/(?<=: ?)("(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null|\[|\{)/g)];
      const value = values[Math.floor(at * values.length)];
      if (!value || value[0] === '[' || value[0] === '{') return log;
      return Buffer.from(text.slice(0, value.index) + put + text.slice(value.index + value[0].length));
    };
  }),
  // Part of the log stands in it twice: repeated ids, repeated elements.
  fc.tuple(fraction, fraction).map(([a, b]): Change => {
    return (log) => {
      const [from, to] = [Math.floor(Math.min(a, b) * log.length), Math.floor(Math.max(a, b) * log.length)];
      return Buffer.concat([log.subarray(0, to), log.subarray(from)]);
    };
  }),
);

describe('however a log is damaged', () => {
  it('an import neither fails unexpectedly nor loses a record, and doing it again adds nothing', async () => {
    const bench = createBench();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...logs),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        async (log, changes) => {
          const path = bench.file(
            'log',
            changes.reduce((text, apply) => apply(text), log),
          );
          let first: ImportOutput;
          const before = (await bench.store.status()).counts['evidence'] ?? 0;
          try {
            first = await bench.import({ path });
          } catch (error) {
            expect(error).toBeInstanceOf(FoundryError);
            expect(error).toMatchObject({ code: 'unsupported_format' });
            return;
          }
          expect(unaccounted(first)).toBe(0);
          expect((await bench.store.status()).counts['evidence']).toBe(before + first.imported);
          if (first.format === 'claude_code') {
            const lines = readFileSync(path, 'utf8').replace('\ufeff', '').split('\n');
            const filled = lines.filter((line) => /[^ \t\r]/.test(line)).length;
            expect(first.records_read).toBeGreaterThanOrEqual(filled);
          }
          expect(first.rejections.length).toBe(Math.min(20, first.rejected));
          const again = await bench.import({ path });
          expect(unaccounted(again)).toBe(0);
          expect(again.imported).toBe(0);
          expect({ ...again, imported: 0, duplicates: 0, receipt_id: '' }).toEqual({
            ...first,
            imported: 0,
            duplicates: 0,
            receipt_id: '',
          });
        },
      ),
      { numRuns: 200 },
    );
    for (const trace of await bench.traces()) {
      expect(trace.records.length).toBe(trace.run.records);
      expect(trace.records.length).toBeGreaterThan(0);
    }
    await bench.close();
  });
});
