import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parcelRuns, writeParcelLog } from '../support/parcel-logs.js';
import { type CallResult, eras, type WireClient } from '../support/wire.js';

const wordCount = {
  name: 'count_words',
  kind: 'primitive',
  summary: 'Counts the words of a text',
  input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  output_schema: { type: 'object', properties: { words: { type: 'integer' } }, required: ['words'] },
  tests: [
    { name: 'three', input: { text: 'one two three' }, expected: { status: 'ok', payload: { words: 3 } } },
    { name: 'spaces', input: { text: '  a   b ' }, expected: { status: 'ok', payload: { words: 2 } } },
    { name: 'none', input: { text: '' }, expected: { status: 'missing' } },
  ],
};

const rightCode = `export async function execute(input, ctx) {
  const words = input.text.split(/\\s+/).filter((word) => word !== '').length;
  return words === 0
    ? { status: 'missing', payload: null, prov: [] }
    : { status: 'ok', payload: { words }, prov: [] };
}
`;

const wrongCode = `export async function execute(input, ctx) {
  return { status: 'ok', payload: { words: 3 }, prov: [] };
}
`;

/** The whole job in order: each test takes up what the one before left in the store. */
describe.each(eras)('a client of the $era era', ({ connect }) => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-wire-'));
  const log = writeParcelLog(folder);
  const ids = { mining: '', clustering: '', cluster: '', specs: [] as string[], receipt: '', dataset: '', run: '' };
  const report = { uri: '', skill: '' };
  let client: WireClient;

  beforeAll(async () => {
    client = await connect({ home: join(folder, 'home'), readRoots: [folder] });
  });

  afterAll(async () => {
    await client.server.close();
    await client.server.end(5000);
    rmSync(folder, { recursive: true, force: true });
  });

  /** A call that must have worked. */
  const done = async (name: string, args: Record<string, unknown>): Promise<CallResult> => {
    const result = await client.call(name, args);
    if (result.isError) throw new Error(result.text);
    return result;
  };
  const items = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value : []);

  test('is told what the server is for', () => {
    expect(client.instructions()).toContain('Capability Foundry');
  });

  test('sees fifteen tools, five prompts and every template', async () => {
    expect(await client.listTools()).toHaveLength(15);
    expect(await client.listPrompts()).toEqual([
      'grow_library',
      'write_capability',
      'review_capability',
      'mine_domain',
      'explain_score',
    ]);
    expect(await client.listTemplates()).toHaveLength(23);
  });

  test('lists resources before anything is stored', async () => {
    const { uris } = await client.listResources();
    expect(uris).toEqual(['capability://index', 'evidence://runs', 'ledger://models', 'usage://summary']);
  });

  test('takes stock of a log without storing it', async () => {
    const { data } = await done('import_evidence', { path: log, dry_run: true });
    expect(data).toMatchObject({ job_state: 'done', inventory: { runs: parcelRuns.accepted + parcelRuns.rejected } });
  });

  test('imports it, and reads every record or says why not', async () => {
    const { data } = await done('import_evidence', { path: log, source: 'parcels' });
    expect(data).toMatchObject({ rejected: 0, runs: parcelRuns.accepted + parcelRuns.rejected, source: 'parcels' });
    const { records_read, imported, duplicates, ignored, rejected } = data;
    expect(Number(imported) + Number(duplicates) + Number(ignored) + Number(rejected)).toBe(records_read);
    ids.receipt = String(data['receipt_id']);
  });

  test('scores the runs by their reward', async () => {
    const { data } = await done('score_run', { source: 'parcels' });
    expect(data['by_category']).toMatchObject(parcelRuns);
    ids.run = String(items(data['runs'])[0]?.['run_id']);
  });

  test('searches the evidence, and each hit leads to its record', async () => {
    const { data } = await done('search_evidence', { query: 'parcel', source: 'parcels', limit: 2 });
    const [hit] = items(data['results']);
    const record = JSON.parse(await client.read(String(hit?.['uri'])));
    expect(record).toMatchObject({ evidence_id: hit?.['evidence_id'], run_id: hit?.['run_id'] });
  });

  test('mines needs, with progress', async () => {
    const seen: number[] = [];
    const onprogress = ({ progress }: { progress: number }): number => seen.push(progress);
    const { data } = await client.call('mine_needs', { source: 'parcels' }, { onprogress });
    expect(data).toMatchObject({ runs: parcelRuns.accepted + parcelRuns.rejected, job_state: 'done' });
    ids.mining = String(data['mining_id']);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('clusters them', async () => {
    const { data } = await done('cluster_needs', { mining_id: ids.mining, target_cluster_size: 10 });
    ids.clustering = String(data['clustering_id']);
    ids.cluster = String(items(data['clusters'])[0]?.['cluster_id']);
    expect(await client.read(`needs://clusterings/${ids.clustering}`)).toContain(ids.cluster);
    expect(await client.read(`needs://clusters/${ids.cluster}`)).toContain('# Need cluster');
  });

  test('has specs induced without a model', async () => {
    const { data } = await done('propose_spec', { clustering_id: ids.clustering, generator: 'induction' });
    expect(data['status']).toBe('proposed');
    ids.specs = items(data['specs']).map((spec) => String(spec['spec_id']));
    expect(ids.specs.length).toBeGreaterThan(0);
    expect(JSON.parse(await client.read(`specs://${ids.specs[0]}`))).toMatchObject({ spec_id: ids.specs[0] });
  });

  test('has them gated, and the flow of two calls is admitted', async () => {
    const { data, text } = await done('generate_and_gate_code', { spec_ids: ids.specs });
    expect(data['admitted'], text).toBeGreaterThan(0);
    const admitted = items(data['results']).find((result) => result['status'] === 'admitted');
    report.uri = String(admitted?.['report_uri']);
    report.skill = String(admitted?.['name']);
    expect(await client.read(report.uri)).toContain('verdict: admitted');
  });

  test('reads every part of the admitted skill', async () => {
    const base = `capability://${report.skill}/1`;
    expect(await client.read('capability://index')).toContain(report.skill);
    expect(await client.read(`capability://${report.skill}`)).toContain(`${base}/lineage`);
    expect(await client.read(`${base}/code`)).toContain('execute');
    expect(JSON.parse(await client.read(`${base}/spec`))).toMatchObject({ name: report.skill });
    expect(JSON.parse(await client.read(`${base}/tests`)).length).toBeGreaterThan(0);
    expect(await client.read(`${base}/report`)).toContain('### hidden: passed');
    expect(await client.read(`${base}/lineage`)).toMatch(/parcels\.jsonl:\d+/);
    expect(await client.read(`skill://${report.skill.replaceAll('_', '-')}/SKILL.md`)).toMatch(/^---\n/);
  });

  test('hands in its own spec and code in one call: refused when wrong, admitted when right', async () => {
    const wrong = await done('generate_and_gate_code', { spec: wordCount, code: wrongCode, language: 'typescript' });
    expect(items(wrong.data['results'])[0]).toMatchObject({ status: 'rejected' });
    const right = await done('generate_and_gate_code', { spec: wordCount, code: rightCode, language: 'typescript' });
    expect(items(right.data['results'])[0], right.text).toMatchObject({ status: 'admitted' });
  });

  test('finds it again and calls it', async () => {
    const { data } = await done('search_capabilities', { query: 'count the words of a text' });
    expect(items(data['results'])[0]).toMatchObject({ name: 'count_words', ready: true });
    const called = await done('call_capability', { name: 'count_words', input: { text: 'four words are here' } });
    expect(called.data).toMatchObject({ status: 'ok', payload: { words: 4 } });
  });

  test('cannot call a skill whose tools are not configured, and is told what is missing', async () => {
    const { data } = await done('search_capabilities', { query: 'track parcel of order', kind: 'skill' });
    expect(items(data['results'])[0]).toMatchObject({ name: report.skill, ready: false });
    const result = await client.call('call_capability', { name: report.skill, input: { order_id: 'O-1' } });
    expect(result.isError || result.data['status'] !== 'ok').toBe(true);
  });

  test('manages a capability: gated again, exported, deprecated', async () => {
    const regated = await done('manage_capability', { name: 'count_words', action: 'regate' });
    expect(regated.data).toMatchObject({ name: 'count_words', version: 1 });
    const exported = await done('manage_capability', { name: 'count_words', action: 'export' });
    expect(exported.data['files']).toEqual(expect.arrayContaining([expect.stringContaining('SKILL.md')]));
    const ended = await done('manage_capability', { name: 'count_words', action: 'deprecate', reason: 'a test' });
    expect(ended.data).toMatchObject({ state: 'deprecated', changed: true });
  });

  test('builds a data set from the accepted runs only', async () => {
    const { data } = await done('build_sft', { name: 'parcels' });
    expect(data['rows']).toBeGreaterThan(0);
    expect(Number(data['rows'])).toBeLessThanOrEqual(parcelRuns.accepted);
    expect(await client.read(String(data['card_uri']))).toContain('parcels');
  });

  test('reads runs, receipts, jobs and usage', async () => {
    expect(await client.read('evidence://runs?source=parcels&category=rejected')).toContain('3 of 3 shown');
    expect(await client.read(`evidence://runs/${ids.run}`)).toContain('## Score');
    expect(JSON.parse(await client.read(`receipts://${ids.receipt}`))).toMatchObject({ validation_pass: true });
    expect(await client.read('usage://summary')).toContain('# Model usage');
    const { data } = await done('foundry_status', {});
    const job = String(items(data['jobs'])[0]?.['job_id']);
    expect(JSON.parse(await client.read(`jobs://${job}`))).toMatchObject({ job_id: job, state: 'done' });
  });

  test('reads the same by the tool that stands in for resources', async () => {
    const uri = `capability://${report.skill}/1/report`;
    const { data } = await done('read', { uri });
    expect(data['text']).toBe(await client.read(uri));
  });

  test('is told that a resource is not there', async () => {
    const uri = 'capability://nothing_here';
    await expect(client.read(uri)).rejects.toMatchObject({ code: -32602, data: { uri } });
  });

  test('is refused a cursor that is not ours', async () => {
    await expect(client.listResources('nonsense')).rejects.toMatchObject({ code: -32602 });
  });

  test('completes ids, names and prompt arguments', async () => {
    expect(await client.complete('capability://{name}', 'name', 'count')).toEqual(['count_words']);
    expect(await client.complete('needs://clusterings/{clustering_id}', 'clustering_id', '')).toContain(ids.clustering);
    expect(await client.complete('evidence://runs/{run_id}', 'run_id', ids.run.slice(0, 8))).toContain(ids.run);
    expect(await client.completePrompt('grow_library', 'source', 'par')).toEqual(['parcels']);
    expect(await client.completePrompt('write_capability', 'for', ids.specs[0] ?? '')).toEqual([ids.specs[0]]);
  });

  test.each([
    ['grow_library', { source: 'parcels' }],
    ['write_capability', { for: 'spec_1' }],
    ['review_capability', { name: 'count_words' }],
    ['mine_domain', { domain: 'parcels' }],
    ['explain_score', { run_id: 'run_1' }],
  ])('gets the prompt %s', async (name, args) => {
    expect((await client.prompt(name, args)).length).toBeGreaterThan(300);
  });

  test('cannot raise a score: its opinion only asks for a person', async () => {
    const { data } = await done('score_run', { source: 'parcels', limit: 50 });
    const rejected = items(data['runs']).find((run) => run['category'] === 'rejected');
    const run_id = String(rejected?.['run_id']);
    await done('score_run', { suggest: { run_id, category: 'accepted', reason: 'It looks fine to me.' } });
    expect(await client.read(`evidence://runs/${run_id}`)).toContain('needs_human_review');
  });

  test('picks up a job that it did not wait for, also after its request was cancelled', async () => {
    const { data } = await done('cluster_needs', { mining_id: ids.mining, k: 3, reuse: false, wait_ms: 0 });
    const abort = new AbortController();
    const waiting = client.call(
      'foundry_status',
      { job_id: data['job_id'], wait_ms: 60_000 },
      { signal: abort.signal },
    );
    abort.abort();
    await expect(waiting).rejects.toThrow();
    const later = await done('foundry_status', { job_id: data['job_id'], wait_ms: 60_000 });
    expect(later.data).toMatchObject({ state: 'done', result: { clustering_id: expect.any(String) } });
  });

  test('hears nothing on stdout but the protocol', () => {
    expect(client.server.lines.length).toBeGreaterThan(50);
    for (const line of client.server.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });
});
