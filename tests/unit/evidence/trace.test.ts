import { describe, expect, it } from 'vitest';
import type { EvidenceRecord, RunTrace, ToolResult } from '../../../src/evidence/model.js';
import { failureOf, recordedCalls } from '../../../src/evidence/trace.js';
import type { JsonValue } from '../../../src/json.js';

type Step = { calls?: [string | null, string][]; result?: [string | null, string | null, JsonValue] };

function traceOf(steps: Step[]): RunTrace {
  const records = steps.map((step, ordinal) => ({
    evidence_id: `e${ordinal}`,
    ordinal,
    tool_calls: (step.calls ?? []).map(([id, name]) => ({ id, name, arguments: {}, raw_arguments: null })),
    tool_result: step.result
      ? { call_id: step.result[0], name: step.result[1], content: step.result[2], is_error: null }
      : null,
  }));
  return { run: {} as RunTrace['run'], records: records as unknown as EvidenceRecord[] };
}

function result(content: JsonValue, isError: boolean | null = null): ToolResult {
  return { call_id: 'c', name: null, content, is_error: isError };
}

describe('recorded calls', () => {
  it('are paired by id, whatever the order of the results', () => {
    const calls = recordedCalls(
      traceOf([
        {
          calls: [
            ['a', 'one'],
            ['b', 'two'],
          ],
        },
        { result: ['b', null, 2] },
        { result: ['a', null, 1] },
      ]),
    );
    expect(calls.map((call) => [call.index, call.tool, call.result, call.resultOrdinal])).toEqual([
      [0, 'one', 1, 2],
      [1, 'two', 2, 1],
    ]);
  });

  it('are paired in order where ids repeat or are missing', () => {
    const calls = recordedCalls(
      traceOf([
        { calls: [['a', 'one']] },
        { result: ['a', null, 1] },
        { calls: [['a', 'one']] },
        { result: ['a', null, 2] },
        {
          calls: [
            [null, 'x'],
            [null, 'y'],
          ],
        },
        { result: [null, 'y', 'for y'] },
        { result: [null, null, 'for x'] },
      ]),
    );
    expect(calls.map((call) => call.result)).toEqual([1, 2, 'for x', 'for y']);
  });

  it('have no result where none came, and leave out results that answer nothing', () => {
    const calls = recordedCalls(traceOf([{ result: ['z', null, 1] }, { calls: [['a', 'one']] }]));
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ result: undefined, failed: false, resultOrdinal: null, resultEvidenceId: null });
  });
});

describe('a failure', () => {
  it('is what the log marks, text that begins with Error, an error field, or ok false', () => {
    expect(failureOf(result('done', true))).toBe('done');
    expect(failureOf(result('Error: no seat'))).toBe('Error: no seat');
    expect(failureOf(result({ error: { message: 'gone' } }))).toBe('gone');
    expect(failureOf(result({ ok: false, why: 1 }))).toBe('{"ok":false,"why":1}');
  });

  it('is not a word within text, nor an error field that says there was none', () => {
    const fine: JsonValue[] = ['There was no Error', { error: null }, { error: false, ok: true }, [], 0, null];
    for (const content of fine) {
      expect(failureOf(result(content))).toBeNull();
    }
  });
});
