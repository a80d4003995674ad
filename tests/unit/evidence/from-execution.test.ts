import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixedClock, plainContext } from '../../../src/context.js';
import { createEvidenceService } from '../../../src/evidence/evidence-service.js';
import {
  checkExecutionRecord,
  evidenceOfExecution,
  executionText,
  runIdOfExecution,
} from '../../../src/evidence/from-execution.js';
import { createExecutionRecorder } from '../../../src/evidence/record-execution.js';
import type { EvidenceService } from '../../../src/evidence/service.js';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { sha256 } from '../../../src/hash.js';
import type { JsonValue } from '../../../src/json.js';
import type { Execution } from '../../../src/library/model.js';
import { silentLogger } from '../../../src/log.js';
import { createRoots } from '../../../src/roots.js';
import { type Bench, createBench } from '../scoring/bench.js';

const execution = (changes: Partial<Execution> = {}): Execution => ({
  execution_id: 'exec_1',
  name: 'close_customer_tickets',
  version: 2,
  input: { customer_id: 'Café "C1"' },
  observation: { status: 'ok', payload: { closed: ['T1'] }, prov: ['desk'] },
  error: null,
  calls: [
    { name: 'desk.list_tickets', args: { customer_id: 'Café "C1"' }, result: { ids: ['T1', '🎫'] }, failed: false },
    { name: 'desk.close_ticket', args: { ticket_id: 'T1' }, result: null, failed: true },
  ],
  dry_run: false,
  duration_ms: 12.5,
  at: '2026-01-01T00:00:00.000Z',
  via: 'mcp',
  ...changes,
});

describe('an execution as evidence', () => {
  it('is one run: the call of the capability, what it called, and what it returned', () => {
    const { run, records } = evidenceOfExecution(execution(), 'policy');
    expect(run).toMatchObject({
      run_id: runIdOfExecution('exec_1'),
      format: 'capability_execution',
      origin: 'execution',
      source: 'executions',
      native_id: 'exec_1',
      outcome: null,
      records: 6,
      calls: 3,
    });
    expect(new Set(records.map((one) => one.kind))).toEqual(new Set(['execution']));
    expect(
      recordedCalls({ run, records }).map(({ tool, args, result, failed }) => [tool, args, result, failed]),
    ).toEqual([
      [
        'close_customer_tickets',
        { customer_id: 'Café "C1"' },
        { status: 'ok', payload: { closed: ['T1'] }, prov: ['desk'] },
        false,
      ],
      ['desk.list_tickets', { customer_id: 'Café "C1"' }, { ids: ['T1', '🎫'] }, false],
      ['desk.close_ticket', { ticket_id: 'T1' }, null, true],
    ]);
  });

  it('names for each record the very bytes of the stored text', () => {
    const { records } = evidenceOfExecution(execution(), 'policy');
    const text = Buffer.from(executionText(execution()));
    const spans = records.map(({ provenance: at }) => {
      const bytes = text.subarray(at.byte_offset, at.byte_offset + at.byte_length);
      expect(sha256(bytes)).toBe(at.sig_hash);
      return [at.pointer, JSON.parse(bytes.toString('utf8'))];
    });
    expect(spans).toEqual([
      [null, execution()],
      ['/calls/0', execution().calls[0]],
      ['/calls/0', execution().calls[0]],
      ['/calls/1', execution().calls[1]],
      ['/calls/1', execution().calls[1]],
      ['/observation', execution().observation],
    ]);
  });

  it('names the right bytes whatever JSON the calls carry', () => {
    const anyCall = fc.record({
      name: fc.string({ unit: 'binary' }),
      args: fc.jsonValue(),
      result: fc.jsonValue(),
      failed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 4 }), fc.jsonValue(), (calls, payload) => {
        const made = execution({
          calls: calls as Execution['calls'],
          observation: { status: 'ok', payload: payload as JsonValue, prov: [] },
        });
        const { run, records } = evidenceOfExecution(made, 'policy');
        expect(recordedCalls({ run, records }).map((one) => one.result)).toHaveLength(calls.length + 1);
        for (const record of records) expect(checkExecutionRecord(record, made)).toBeNull();
      }),
    );
  });

  it('ends on the error where there was no observation', () => {
    const { run, records } = evidenceOfExecution(execution({ observation: null, error: 'throw: no such' }), 'policy');
    expect(records.at(-1)).toMatchObject({
      provenance: { pointer: '/error' },
      tool_result: { content: 'throw: no such', is_error: true },
    });
    expect(recordedCalls({ run, records })[0]).toMatchObject({ failed: true, error: 'throw: no such' });
  });
});

describe('the evidence of an execution in the store', () => {
  let bench: Bench;
  let evidence: EvidenceService;
  beforeEach(async () => {
    bench = await createBench();
    const roots = createRoots([bench.folder], [], bench.folder);
    evidence = createEvidenceService({ ...bench, roots, clock: fixedClock(), log: silentLogger });
  });
  afterEach(() => bench.close());
  const keep = async (one: Execution): Promise<void> => {
    await bench.store.library.putExecution(one);
    await createExecutionRecorder(bench.store.evidence)(one);
  };
  const problems = async (): Promise<(string | null)[]> => {
    const trace = await bench.store.evidence.getTrace(runIdOfExecution('exec_1'));
    return Promise.all((trace?.records ?? []).map((record) => evidence.verifyRecord(record.evidence_id)));
  };

  it('is found by its words, under the source of executions, without a path of this machine', async () => {
    await keep(execution());
    const found = await evidence.search({ query: 'close_ticket', source: 'executions' });
    expect(found.searched).toBe(6);
    expect(found.results[0]).toMatchObject({
      run_id: runIdOfExecution('exec_1'),
      provenance: { source_file: 'execution:exec_1', pointer: '/calls/1' },
    });
  });

  it('verifies against the stored execution, and says so when that is another or gone', async () => {
    await createExecutionRecorder(bench.store.evidence)(execution());
    expect(new Set(await problems())).toEqual(new Set(['the execution is no longer in the store']));
    await bench.store.library.putExecution(execution());
    expect(await problems()).toEqual([null, null, null, null, null, null]);
  });

  it('does not verify where the stored execution says something else', async () => {
    await createExecutionRecorder(bench.store.evidence)(execution());
    await bench.store.library.putExecution(execution({ input: { customer_id: 'Café "C2"' } }));
    expect((await problems())[0]).toBe('the stored execution is not what was recorded');
  });

  it('is kept once, and a dry run not at all', async () => {
    await keep(execution());
    await keep(execution());
    await keep(execution({ execution_id: 'exec_2', dry_run: true }));
    expect(await bench.store.evidence.countRuns({})).toBe(1);
    expect(await bench.store.evidence.countRuns({ without_executions: true })).toBe(0);
  });

  it('cannot be imported by a client', async () => {
    const content = JSON.stringify(execution());
    const tried = evidence.importEvidence({ content }, plainContext('mcp'));
    await expect(tried).rejects.toMatchObject({ code: 'unsupported_format' });
  });
});
