import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import type { GateReport, StageResult } from '../../../src/gate/model.js';
import { dependenciesFirst } from '../../../src/specs/dependency-order.js';
import { survivorsOf, visibleFailure } from '../../../src/specs/failure-text.js';
import { knownTools } from '../../../src/specs/known.js';
import type { SpecRecord } from '../../../src/specs/model.js';
import { freeInBatch } from '../../../src/specs/names.js';
import { openStore, putPlainClusters } from '../generate/clustered.js';
import { passedReport } from '../library/fixtures.js';
import { lookupSpec } from './specs.js';

function stage(over: Partial<StageResult>): StageResult {
  return { stage: 'visible', status: 'failed', duration_ms: 1, checked: 1, reasons: [], evidence: {}, ...over };
}

function report(stages: StageResult[], over: Partial<GateReport> = {}): GateReport {
  return { ...passedReport, verdict: 'rejected', failed_stage: 'visible', stages, ...over };
}

test('a failure tells the failing stages, without what differs from run to run', () => {
  const failing = stage({ reasons: ['timeout after 1003.5 ms'] });
  const passing = stage({ stage: 'static', status: 'passed', reasons: ['fine'] });
  expect(visibleFailure(report([passing, failing]))).toBe('Failed at visible.\n- visible: timeout after some ms');
});

test('a long failure is cut and says so', () => {
  const reasons = Array.from({ length: 20 }, (_, at) => `reason ${at}`);
  const lines = visibleFailure(report([stage({ reasons })])).split('\n');
  expect(lines).toHaveLength(14);
  expect(lines.at(-1)).toBe('- and 8 more');
});

test('survivors are taken from the strength stage', () => {
  const strength = stage({ stage: 'strength', evidence: { survivors: ['a < b became a <= b', 7] } });
  expect(survivorsOf(report([strength]))).toEqual(['a < b became a <= b']);
  expect(survivorsOf(report([]))).toEqual([]);
});

function record(name: string, capabilities: string[]): SpecRecord {
  const spec = lookupSpec({ name, dependencies: { capabilities, tools: [] } });
  const rest = { generator: 'agent' as const, cluster_id: null, clustering_id: null, author_saw_all: false };
  return { spec_id: name, spec, ...rest, created_at: '' };
}

test('what others call comes first, and a circle does not hang', () => {
  const order = (records: SpecRecord[]) => dependenciesFirst(records).map(({ spec_id }) => spec_id);
  expect(order([record('c', ['b']), record('b', ['a', 'elsewhere']), record('a', [])])).toEqual(['a', 'b', 'c']);
  expect(order([record('x', ['y']), record('y', ['x'])])).toEqual(['y', 'x']);
});

test('a taken name gets the first free number and stays within 64 characters', () => {
  expect(freeInBatch('a', new Set())).toBe('a');
  expect(freeInBatch('a', new Set(['a', 'a_2']))).toBe('a_3');
  const long = `${'a'.repeat(61)}_bb`;
  expect(freeInBatch(long, new Set([long]))).toBe(`${'a'.repeat(61)}_2`);
});

test('a tool is known from logs under any prefix, by an alias, or by its configured server', async () => {
  const store = openStore();
  await putPlainClusters(store, 1);
  const config = loadConfig(
    {},
    {
      file: { tool_aliases: { lookup: 'crm.find_customer' } },
      mcpServers: { shop: { command: 'x', args: [], env: {} } },
    },
  );
  const isTool = await knownTools(store, config);
  for (const name of ['desk.get_ticket', 'get_ticket', 'mcp__desk__get_ticket', 'crm.find_customer', 'shop.anything'])
    expect(isTool(name), name).toBe(true);
  expect(isTool('desk.get_ticket_2')).toBe(false);
  expect(isTool('other.anything')).toBe(false);
});
