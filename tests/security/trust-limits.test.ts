import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { done, endOf } from '../support/hostile.js';
import { writeParcelLog } from '../support/parcel-logs.js';
import { eras, type WireClient } from '../support/wire.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64url');

function nested(depth: number, open = '{"a":', close = '}'): unknown {
  return JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);
}

const spec = (schema: object, input: object) => ({
  name: 'match_text',
  kind: 'primitive',
  summary: 'Match a text against a pattern',
  input_schema: { type: 'object', ...schema },
  output_schema: { type: 'object' },
  tests: [1, 2, 3].map((n) => ({ name: `t${n}`, input: { ...input, n }, expected: { status: 'ok', payload: { n } } })),
});
const code = `export async function execute(input) { return { status: 'ok', payload: { n: input.n }, prov: [] }; }`;

describe('a client that wants to wear the server out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-limits-'));
  let client: WireClient;
  const ids: Record<string, string> = {};
  const cursors: Record<string, string> = {};

  beforeAll(async () => {
    client = await eras[1].connect({ home: join(folder, 'home'), readRoots: [folder] });
    await done(client, 'import_evidence', { path: writeParcelLog(folder, 60), source: 'parcels' });
    const { data: scored } = await done(client, 'score_run', { source: 'parcels', limit: 5 });
    const { data: mined } = await done(client, 'mine_needs', { source: 'parcels' });
    ids['mining'] = String(mined['mining_id']);
    await done(client, 'cluster_needs', { mining_id: ids['mining'], k: 8 });
    const { data: found } = await done(client, 'search_evidence', { query: 'parcel', limit: 2 });
    const { data: run } = await done(client, 'read', { uri: 'evidence://runs' });
    ids['run'] = /run_[0-9a-f]{16}/.exec(String(run['text']))?.[0] ?? '';
    Object.assign(cursors, {
      score_run: scored['next_cursor'],
      search_evidence: found['next_cursor'],
    });
  });

  afterAll(async () => {
    await endOf(client);
    rmSync(folder, { recursive: true, force: true });
  });

  // Whatever was tried: the same process still answers, and did not call it its own failure.
  afterEach(async () => {
    expect((await client.call('foundry_status', {})).isError).toBe(false);
    expect(client.server.child.exitCode).toBeNull();
  });

  /** What it was told; a refusal by the protocol is one too. */
  const told = (name: string, args: Record<string, unknown>): Promise<string> =>
    client.call(name, args).then(
      ({ isError, text }) => (isError ? text : `taken: ${text}`),
      (error: unknown) => `protocol: ${String(error)}`,
    );
  const clear =
    /^(invalid_input|not_found|path_not_allowed|limit|conflict|unsupported_format): |^protocol: |Invalid|Input validation/;

  test.each([
    ['ten thousand runs', 'score_run', () => ({ run_ids: Array.from({ length: 10_000 }, (_, i) => `run_${i}`) })],
    ['a hundred thousand runs', 'mine_needs', () => ({ run_ids: Array.from({ length: 100_000 }, () => 'x') })],
    [
      'ten thousand specs',
      'generate_and_gate_code',
      () => ({ spec_ids: Array.from({ length: 10_000 }, () => 'spec_x') }),
    ],
    ['a log that is too long', 'import_evidence', () => ({ content: 'x'.repeat(4_000_001) })],
    ['a long text that is no log', 'import_evidence', () => ({ content: '{'.repeat(3_900_000) })],
    [
      'a log nested too deeply',
      'import_evidence',
      () => ({ content: `${'['.repeat(1_500_000)}${']'.repeat(1_500_000)}` }),
    ],
    ['a long query', 'search_evidence', () => ({ query: 'x '.repeat(5000) })],
    ['a long name', 'call_capability', () => ({ name: 'x'.repeat(2_000_000), input: {} })],
    ['a long source', 'score_run', () => ({ source: 'x'.repeat(2_000_000) })],
    ['a long path', 'import_evidence', () => ({ path: `/${'x'.repeat(4_000)}` })],
    ['a path of many parts', 'import_evidence', () => ({ path: '/a'.repeat(2_000) })],
    ['a deep input', 'call_capability', () => ({ name: 'nothing', input: nested(4_000) })],
    ['a deep context', 'call_capability', () => ({ name: 'nothing', input: {}, context: nested(900) })],
    ['a deep list', 'propose_spec', () => ({ spec: { name: nested(2_000, '[', ']') } })],
    [
      'a deep schema',
      'propose_spec',
      () => ({ spec: spec({ properties: { a: nested(3_000, '{"items":', '}') } }, {}) }),
    ],
    [
      'a wide object',
      'call_capability',
      () => ({ name: 'nothing', input: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i])) }),
    ],
    ['a long code', 'generate_and_gate_code', () => ({ spec: spec({}, {}), code: `//${'x'.repeat(200_001)}` })],
    ['a wait without end', 'foundry_status', () => ({ job_id: 'x', wait_ms: 1e9 })],
    ['more clusters than there are', 'cluster_needs', () => ({ mining_id: ids['mining'], k: 100_001 })],
  ])('is told that it hands in %s (%s)', async (_what, name, args) => {
    const text = await told(name, args());
    expect(text.slice(0, 300)).toMatch(clear);
    expect(text.length).toBeLessThan(5000);
  });

  test.each([0, -1, 51, 1.5, 1e300, '10', null, [5]])('is told that %j is no limit', async (limit) => {
    for (const args of [
      ['search_evidence', { query: 'parcel', limit }],
      ['score_run', { source: 'parcels', limit }],
      ['cluster_needs', { mining_id: ids['mining'], limit }],
      ['search_capabilities', { query: 'parcel', limit }],
    ] as const) {
      expect(await told(args[0], args[1])).toMatch(clear);
    }
  });

  const forged = [
    'nonsense',
    '',
    '%00',
    '\u0000',
    'null',
    base64('null'),
    base64('[]'),
    base64('{}'),
    base64('{"offset":-1}'),
    base64('{"offset":1e308}'),
    base64('{"offset":"0"}'),
    base64('{"after":{"$gt":""}}'),
    base64('{"__proto__":{"offset":5}}'),
    base64('{"offset":5,"total":6}'),
    'A'.repeat(500),
  ];

  test('is told that a cursor of its own making is none, or finds nothing behind it', async () => {
    for (const cursor of forged) {
      for (const [name, args] of [
        ['search_evidence', { query: 'parcel' }],
        ['score_run', { source: 'parcels' }],
        ['cluster_needs', { mining_id: ids['mining'], k: 8 }],
        ['search_capabilities', { query: 'parcel' }],
        ['read', { uri: `evidence://runs/${ids['run']}` }],
      ] as const) {
        const text = await told(name, { ...args, cursor });
        // An empty cursor is the first page; a place that is one is a place.
        if (text.startsWith('taken: ')) expect(['', base64('{"offset":5,"total":6}')]).toContain(cursor);
        else expect(text).toMatch(clear);
      }
      if (cursor !== '') await expect(client.listResources(cursor)).rejects.toMatchObject({ code: -32602 });
    }
  });

  test('is told that the cursor of one tool is none of another', async () => {
    expect(Object.values(cursors).filter((cursor) => typeof cursor === 'string')).toHaveLength(2);
    const calls: Record<string, Record<string, unknown>> = {
      search_evidence: { query: 'parcel' },
      score_run: { source: 'parcels' },
      cluster_needs: { mining_id: ids['mining'], k: 8, limit: 2 },
      read: { uri: 'evidence://runs' },
    };
    for (const [name, args] of Object.entries(calls)) {
      for (const [owner, cursor] of Object.entries(cursors)) {
        if (owner !== name) expect(await told(name, { ...args, cursor }), `${owner} at ${name}`).toMatch(clear);
      }
    }
  });

  test.each([
    '"',
    '*',
    'NEAR(a b)',
    'content:x',
    'a OR',
    '^',
    "'; DROP TABLE runs; --",
    '(((',
    '\\',
    '-',
    'a" OR "b',
    '\u0000',
    '\ud800',
  ])('searches for %j without harm', async (query) => {
    for (const name of ['search_evidence', 'search_capabilities']) {
      expect(await told(name, { query })).toMatch(/^(taken: \d+ of \d+|invalid_input: |protocol: )/);
    }
  });

  test.each([
    [
      'a pattern that backtracks',
      { properties: { text: { type: 'string', pattern: '^(a+)+$' } } },
      { text: `${'a'.repeat(50_000)}!` },
    ],
    [
      'nested alternatives',
      { properties: { text: { type: 'string', pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' } } },
      { text: 'a'.repeat(50_000) },
    ],
    [
      'a pattern that is huge when written out',
      { properties: { text: { type: 'string', pattern: '((a{1,100}){1,100}){1,100}' } } },
      { text: 'a' },
    ],
    ['a look-behind', { properties: { text: { type: 'string', pattern: '(?<=a)b' } } }, { text: 'ab' }],
    ['a schema that refers to itself', { $ref: '#' }, {}],
    [
      'references that double',
      {
        $defs: Object.fromEntries(
          Array.from({ length: 41 }, (_, i) => [
            `d${i}`,
            i === 40 ? { const: 1 } : { anyOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
          ]),
        ),
        properties: { text: { $ref: '#/$defs/d0' } },
      },
      { text: 2 },
    ],
    ['a schema from elsewhere', { $ref: 'http://127.0.0.1:9/schema.json' }, {}],
    ['a schema from a file', { $ref: 'file:///etc/passwd' }, {}],
  ])('is told that its spec has %s', async (_what, schema, input) => {
    const { data } = await done(client, 'generate_and_gate_code', { spec: spec(schema, input), code });
    expect(data['admitted']).toBe(0);
    expect(JSON.stringify(data['issues'])).toMatch(/bad_schema|input_schema_rejects/);
  });

  test('is not answered where it speaks no protocol, and others are', async () => {
    const { stdin } = client.server.child;
    for (const line of [
      '',
      'not json',
      '{}',
      '[]',
      'null',
      '{"jsonrpc":"2.0"}',
      '{"jsonrpc":"1.0","id":1,"method":"tools/list"}',
      `{"a":"${'x'.repeat(2_000_000)}"}`,
      '['.repeat(100_000),
      '\u0000\ud800',
    ]) {
      stdin.write(`${line}\n`);
    }
    expect(await client.listTools()).toHaveLength(15);
  });
});
