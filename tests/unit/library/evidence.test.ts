import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { plainContext } from '../../../src/context.js';
import { runIdOfExecution } from '../../../src/evidence/from-execution.js';
import { sha256 } from '../../../src/hash.js';
import { silentLogger } from '../../../src/log.js';
import { createServices, type Services } from '../../../src/services.js';
import { tempFolder } from '../../support/temp.js';
import { addCode } from './desk.js';
import { passedReport, specOf } from './fixtures.js';

const context = plainContext('cli');
let services: Services;
let home: string;
let runId: string;

const chat = [
  { role: 'user', content: 'What is one and two?' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'add', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'c1', content: '3' },
  { role: 'assistant', content: 'Three.' },
];

beforeEach(async () => {
  home = tempFolder();
  services = createServices(loadConfig({ FOUNDRY_HOME: home }), { jobs: 'none', log: silentLogger });
  await services.library.admit({
    spec: specOf(),
    code: addCode,
    language: 'typescript',
    spec_id: 'spec_1',
    attempt_id: 'attempt_1',
    generator: 'agent',
    report: { ...passedReport, code_sha256: sha256(addCode) },
    supersedes: null,
    destructive: false,
    via: 'mcp',
  });
  const call = { name: 'add_numbers', input: { a: 20, b: 22 } };
  const { execution_id } = await services.library.call(call, plainContext('mcp'), async () => undefined);
  runId = runIdOfExecution(execution_id);
});
afterEach(() => services.close());

const importChat = async (): Promise<void> => {
  const path = join(home, 'chat.jsonl');
  writeFileSync(path, `${JSON.stringify({ messages: chat })}\n`);
  await services.evidence.importEvidence({ path }, context);
};

describe('a call of a capability', () => {
  test('is a run of evidence that can be found, read and verified', async () => {
    const trace = await services.store.evidence.getTrace(runId);
    expect(trace?.run).toMatchObject({ origin: 'execution', source: 'executions', calls: 1, records: 2 });
    const found = await services.evidence.search({ query: 'add_numbers 42' });
    expect(found.results.map((hit) => hit.run_id)).toContain(runId);
    for (const record of trace?.records ?? []) {
      expect(await services.evidence.verifyRecord(record.evidence_id)).toBeNull();
    }
    expect((await services.status.overview()).counts).toMatchObject({ runs: 1, evidence: 2, executions: 1 });
  });

  test('is no verdict of anything: it goes to a person, whatever its status', async () => {
    const scored = await services.scoring.scoreRuns({ run_ids: [runId] }, context);
    expect(scored.runs[0]).toMatchObject({ category: 'needs_human_review' });
    expect(scored.runs[0]?.reasons[0]).toContain('capability_execution (record 1): A capability ran here');
  });

  test('is mined only where it is asked for by name', async () => {
    await expect(services.needs.mineNeeds({}, context)).rejects.toMatchObject({ code: 'not_found' });
    await importChat();
    const mined = await services.needs.mineNeeds({}, context);
    expect(mined.runs).toBe(1);
    expect(await services.store.needs.runsOfMining(mined.mining_id)).not.toContain(runId);
    expect((await services.needs.mineNeeds({ source: 'executions' }, context)).runs).toBe(1);
    const path = join(home, 'executions');
    writeFileSync(path, `${JSON.stringify({ messages: [{ role: 'user', content: 'Hello.' }, ...chat] })}\n`);
    expect((await services.needs.mineNeeds({ path }, context)).runs, 'a log that bears the same label').toBe(1);
  });

  test('is never a row of training data, even where a person calls it accepted', async () => {
    await importChat();
    const [imported] = await services.store.evidence.listRuns({ without_executions: true }, 1);
    for (const id of [runId, imported?.run_id ?? '']) {
      await services.scoring.override(id, 'accepted', 'looks right', context);
    }
    const built = await services.datasets.buildSft({ name: 'set' }, context);
    expect(built).toMatchObject({ rows: 1, excluded: { capability_execution: 1 } });
    const sidecar = readFileSync(join(home, 'exports', 'set', 'set.provenance.jsonl'), 'utf8');
    expect(sidecar).toContain(imported?.run_id ?? 'none');
    expect(sidecar).not.toContain(runId);
    const only = await services.datasets
      .buildSft({ name: 'only', filter: { source: 'executions' } }, context)
      .catch((error: unknown) => error);
    expect(only).toMatchObject({ code: 'not_found' });
  });
});

test('a dry run is no evidence', async () => {
  const call = { name: 'add_numbers', input: { a: 1, b: 1 }, dry_run: true };
  const { execution_id } = await services.library.call(call, plainContext('mcp'), async () => undefined);
  expect(await services.store.evidence.getRun(runIdOfExecution(execution_id))).toBeUndefined();
});
