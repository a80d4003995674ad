import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesUnder, done, endOf, items, walk } from '../support/hostile.js';
import { runProgram } from '../support/program.js';
import { eras, type WireClient } from '../support/wire.js';

const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heath', 'islet'];
/** A value that stands nowhere but in one test. */
const markOf = (word: string): string => `planted${word}value`;

const spec = {
  name: 'reverse_text',
  kind: 'primitive',
  summary: 'Reverse the characters of a text',
  input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  output_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  tests: words.map((word) => ({
    name: `case of ${markOf(word)}`,
    input: { text: markOf(word) },
    expected: { status: 'ok', payload: { text: [...markOf(word)].reverse().join('') } },
  })),
};

const body = (expression: string): string => `export async function execute(input, ctx) {
  return { status: 'ok', payload: { text: ${expression} }, prov: [] };
}
`;
const right = body("input.text.split('').reverse().join('')");
/** Tries to carry out what it is given, by every way it has. */
const wrongs = [
  body('input.text'),
  `export async function execute(input, ctx) { throw new Error(JSON.stringify(input)); }`,
  `export async function execute(input, ctx) { console.log(JSON.stringify(input)); return { [input.text]: input.text }; }`,
  `export async function execute(input, ctx) { await ctx.call(input.text, input); return null; }`,
  `export async function execute(input, ctx) { input.text = 'x' + input.text; return { status: input.text, payload: input, prov: [input] }; }`,
];

describe('the values of hidden tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-hidden-'));
  const home = join(folder, 'home');
  let client: WireClient;
  let said = '';
  let hidden: string[] = [];
  let specId = '';

  const leaksIn = (text: string): string[] =>
    hidden.filter((mark) => text.includes(mark) || text.includes([...mark].reverse().join('')));

  beforeAll(async () => {
    client = await eras[1].connect({ home, env: { FOUNDRY_LOG: 'debug' } });
    const { data, text } = await done(client, 'propose_spec', { spec, generator: 'agent' });
    specId = String(items(data['specs'])[0]?.['spec_id']);
    const shown = await client.read(`specs://${specId}`);
    hidden = words.map(markOf).filter((mark) => !shown.includes(mark));
    said = text + JSON.stringify(data);
    for (const code of [...wrongs, right]) {
      const tried = await client.call('generate_and_gate_code', { spec_id: specId, code });
      said += tried.text + JSON.stringify(tried.data);
      const brief = await client.call('generate_and_gate_code', { spec_id: specId });
      said += brief.text + JSON.stringify(brief.data);
    }
  });

  afterAll(async () => {
    await endOf(client);
    rmSync(folder, { recursive: true, force: true });
  });

  test('are those of a third of the tests', () => {
    expect(hidden).toHaveLength(3);
  });

  test('are in no answer to one who proposes, fails, asks for the brief and passes', () => {
    expect(said).toContain('admitted');
    expect(leaksIn(said)).toEqual([]);
  });

  test('are in no other tool, prompt or completion', async () => {
    const name = spec.name;
    const results = [
      await done(client, 'search_capabilities', { query: 'reverse' }),
      await done(client, 'call_capability', { name, input: { text: 'abc' } }),
      await done(client, 'manage_capability', { name, action: 'regate' }),
      await done(client, 'manage_capability', { name, action: 'export' }),
      await done(client, 'foundry_status', {}),
      await client.call('propose_spec', { spec: { ...spec, tests: spec.tests.slice(0, 3) } }),
      await client.call('generate_and_gate_code', { spec_id: specId, code: body('"x"'), supersedes: name }),
      await client.call('generate_and_gate_code', { spec_id: specId, generator: 'agent', retries: 0 }),
    ];
    // What was not found is named: the caller's own word, which is not told to be anything else.
    const sought = await client.call('search_evidence', { query: hidden[0] });
    expect(sought.data).toMatchObject({ results: [] });
    results.push({ ...sought, text: sought.text.replaceAll(String(hidden[0]), ''), data: {} });
    const listed = await done(client, 'foundry_status', {});
    for (const { job_id } of items(listed.data['jobs'])) results.push(await client.call('foundry_status', { job_id }));
    const prompts = [
      await client.prompt('write_capability', { for: specId }),
      await client.prompt('review_capability', { name }),
    ];
    const texts = [...results.map(({ text, data }) => text + JSON.stringify(data)), ...prompts];
    // The caller of propose_spec handed in three tests itself; what it said is not told back as hidden or visible.
    expect(texts.flatMap(leaksIn)).toEqual([]);
  });

  test('are in no resource, wherever it is reached from', async () => {
    const read = await walk(client);
    const kinds = new Set(read.map(({ uri }) => uri.split('://')[0]));
    expect([...kinds].sort()).toEqual([
      'attempts',
      'capability',
      'evidence',
      'jobs',
      'ledger',
      'receipts',
      'scratchpads',
      'skill',
      'specs',
      'usage',
    ]);
    expect(read.flatMap(({ uri, text }) => leaksIn(text).map((mark) => `${mark} in ${uri}`))).toEqual([]);
  });

  test('are in no exported file, and not in the log', async () => {
    const exported = await runProgram(['export', join(folder, 'out')], { home });
    expect(exported.code, exported.stderr).toBe(0);
    const files = [...bytesUnder(join(folder, 'out')), ...bytesUnder(join(home, 'exports'))];
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap(({ path, text }) => leaksIn(text).map((mark) => `${mark} in ${path}`))).toEqual([]);
    expect(leaksIn(client.server.stderr)).toEqual([]);
  });
});
