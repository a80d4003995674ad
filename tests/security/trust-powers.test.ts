import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { done, endOf, items } from '../support/hostile.js';
import { runProgram } from '../support/program.js';
import { weatherCode, weatherSpec } from '../support/weather.js';
import { eras, type WireClient } from '../support/wire.js';

const spec = (name: string, more: object = {}) => ({
  name,
  kind: 'primitive',
  summary: 'Trim a text of the space around it',
  input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  output_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  tests: [' one ', 'two words  ', '  x'].map((text) => ({
    name: text.trim(),
    input: { text },
    expected: { status: 'ok', payload: { text: text.trim() } },
  })),
  ...more,
});
const code = (before = '') => `export async function execute(input, ctx) {
  ${before}
  return { status: 'ok', payload: { text: input.text.trim() }, prov: [] };
}
`;

describe('a client that wants more than it was granted', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-powers-'));
  const home = join(folder, 'home');
  let client: WireClient;

  beforeAll(async () => {
    client = await eras[1].connect({ home });
    const { data, text } = await done(client, 'generate_and_gate_code', { spec: spec('trim_text'), code: code() });
    expect(data['admitted'], text).toBe(1);
  });

  afterAll(async () => {
    await endOf(client);
    rmSync(folder, { recursive: true, force: true });
  });

  const manage = (action: string, more: object = {}) =>
    client.call('manage_capability', { name: 'trim_text', action, ...more });
  const stateOf = async (): Promise<unknown> => {
    const { data } = await done(client, 'search_capabilities', { query: 'trim text' });
    return items(data['results']).find((one) => one['name'] === 'trim_text')?.['state'];
  };

  test('cannot promote what was never run, with a reason or without', async () => {
    for (const more of [{}, { reason: 'The owner said so.' }, { version: 1 }]) {
      const { isError, data } = await manage('promote', more);
      expect(isError || data['changed'] === false).toBe(true);
    }
    expect(await stateOf()).toBe('staged');
  });

  test('does not come nearer to the thresholds by dry runs and by calls that fail', async () => {
    const before = await manage('promote');
    for (let i = 0; i < 12; i += 1) {
      await client.call('call_capability', { name: 'trim_text', input: { text: 'x' }, dry_run: true });
      await client.call('call_capability', { name: 'trim_text', input: { text: i } });
    }
    const after = await manage('promote');
    expect(after.data['changed'] ?? false).toBe(false);
    expect(after.text).toBe(before.text);
    expect(await stateOf()).toBe('staged');
  });

  test.each(['publish', 'unpublish'])('cannot %s', async (action) => {
    expect((await manage(action)).text).toMatch(/^needs_setup: /);
    expect(await client.listTools()).toHaveLength(15);
  });

  test.each([
    ['manage_capability', { name: 'trim_text', action: 'promote', via: 'elicited' }],
    ['manage_capability', { name: 'trim_text', action: 'promote', confirm: true }],
    ['manage_capability', { name: 'trim_text', action: 'promote', inputResponses: { confirm: { action: 'accept' } } }],
    ['manage_capability', { name: 'trim_text', action: 'grant', net: ['example.org'] }],
    ['manage_capability', { name: 'trim_text', action: 'set_state', state: 'active' }],
    ['call_capability', { name: 'trim_text', input: { text: 'x' }, via: 'cli' }],
    ['call_capability', { name: 'trim_text', input: { text: 'x' }, confirmed: true }],
    ['call_capability', { name: 'trim_text', input: { text: 'x' }, grants: { net: ['*'] } }],
    ['generate_and_gate_code', { spec: spec('a_b'), code: code(), admit: true }],
    ['generate_and_gate_code', { spec: spec('a_b'), code: code(), gate: { stages: [] } }],
    ['generate_and_gate_code', { spec: spec('a_b'), code: code(), author_saw_all: false }],
    ['foundry_status', { config: { publish: true } }],
  ])('is refused arguments that no tool takes: %s %j', async (name, args) => {
    const said = await client.call(name, args).then(
      ({ isError, text }) => (isError ? text : 'taken'),
      (error: unknown) => String(error),
    );
    expect(said).toMatch(/unknown argument|Invalid|invalid/);
  });

  test('cannot name keys of the spec that decide more than the spec may', async () => {
    for (const more of [
      { state: 'active' },
      { hidden_tests: [] },
      { destructive: false },
      { version: 9 },
      { grants: {} },
    ]) {
      const { data } = await client.call('generate_and_gate_code', { spec: spec('more_keys', more), code: code() });
      expect(items(data['issues'])[0]).toMatchObject({ code: 'shape' });
    }
  });

  test.each([
    [
      'reach the network that it declares',
      spec('uses_net', { permissions: { net: ['127.0.0.1', 'example.org'] } }),
      code("await ctx.fetch('http://127.0.0.1:9/');"),
    ],
    ['reach the network undeclared', spec('uses_fetch'), code("await fetch('http://127.0.0.1:9/');")],
    ['import a package', spec('uses_pkg'), `import _ from 'npm:lodash';\n${code()}`],
    ['import a package later', spec('uses_pkg2'), code("await import('npm:lodash');")],
    ['require a module', spec('uses_req'), code("require('node:fs');")],
    ['read the environment', spec('uses_env'), code('if (Deno.env.get("HOME")) throw 1;')],
    [
      'call a tool that it did not declare',
      spec('uses_tool'),
      code("await ctx.call('foundry.manage_capability', {});"),
    ],
  ])('has no code admitted that wants to %s', async (_what, wanted, source) => {
    const { data } = await client.call('generate_and_gate_code', { spec: wanted, code: source });
    expect(items(data['results'])[0]).toMatchObject({ status: 'rejected' });
  });

  describe('by a spec that asks for more', () => {
    const origin = 'http://127.0.0.1:9';
    const net = ['127.0.0.1:9', 'example.org'];
    const asks = (changes: object) => weatherSpec(origin, '127.0.0.1:9', { permissions: { net }, ...changes });
    const input = { city: 'Oslo' };

    test('has it judged and cannot call it: what is declared is not granted', async () => {
      const wanted = { spec: asks({ name: 'asks_for_hosts' }), code: weatherCode(origin) };
      const { data, text } = await done(client, 'generate_and_gate_code', wanted);
      expect(data['admitted'], text).toBe(1);
      for (const more of [{}, { dry_run: true }, { version: 1 }, { plan_id: 'plan_0000000000000000' }]) {
        const said = await client.call('call_capability', { name: 'asks_for_hosts', input, ...more });
        expect(said.text).toMatch(/^needs_setup: .*host 127\.0\.0\.1:9 \(grants\.net\), host example\.org/);
      }
      const found = await done(client, 'search_capabilities', { query: 'temperature of a city' });
      const hit = items(found.data['results']).find((one) => one['name'] === 'asks_for_hosts');
      expect(hit).toMatchObject({ ready: false, not_granted: net.map((host) => `host ${host} (grants.net)`) });
      expect(found.text).toContain('not granted by the operator');
      const card = await client.call('read', { uri: 'capability://asks_for_hosts' });
      expect(card.text).toMatch(/not granted by the operator: .*127.*grants/);
    });

    test('cannot reach through a capability that it calls', async () => {
      const tests = asks({}).tests.map((one) => ({
        ...one,
        calls: [
          {
            name: 'asks_for_hosts',
            args: one.input,
            result: { status: one.expected.status ?? 'ok', payload: one.expected.payload ?? null, prov: [] },
          },
        ],
        expected: { status: 'ok', payload: { city: JSON.stringify(one.expected.payload) } },
      }));
      const dependencies = { capabilities: ['asks_for_hosts'], tools: [] };
      const { data, text } = await done(client, 'generate_and_gate_code', {
        spec: asks({ name: 'asks_for_another', kind: 'skill', dependencies, tests, permissions: { net: [] } }),
        code: `export async function execute(input, ctx) {
          const { payload } = await ctx.call('asks_for_hosts', { city: input.city });
          return { status: 'ok', payload: { city: JSON.stringify(payload) }, prov: [] };
        }`,
      });
      expect(data['admitted'], text).toBe(1);
      const said = await client.call('call_capability', { name: 'asks_for_another', input });
      expect(said.text).toMatch(/^needs_setup: .*host 127\.0\.0\.1:9/);
    });

    test.each([
      [{ net: ['*'] }, 'bad_host'],
      [{ net: ['https://example.org'] }, 'bad_host'],
      [{ net: [], grants: net }, 'shape'],
      [{ net: [], packages: ['../../home'] }, 'bad_package'],
      [{ net: [], packages: ['https://example.org/x.tgz'] }, 'bad_package'],
      [{ net: [], packages_dir: '/tmp' }, 'shape'],
    ])('is refused %j', async (permissions, code) => {
      const wanted = { spec: { ...asks({ name: 'asks_oddly' }), permissions }, code: weatherCode(origin) };
      const { data } = await client.call('generate_and_gate_code', wanted);
      expect(items(data['issues'])[0]).toMatchObject({ code });
    });

    test('has no package read that was not granted', async () => {
      const { data } = await client.call('generate_and_gate_code', {
        spec: asks({ name: 'asks_for_packages', permissions: { net, packages: ['esbuild'] } }),
        code: `import esbuild from 'esbuild';\n${weatherCode(origin)}`,
      });
      expect(items(data['results'])[0]).toMatchObject({ status: 'rejected', failed_stage: 'static' });
      expect(JSON.stringify(data['results'])).toContain('grants.packages in foundry.config.json');
    });

    test.each([
      ['call_capability', { name: 'asks_for_hosts', input, grants: { net } }],
      ['call_capability', { name: 'asks_for_hosts', input, permissions: { net } }],
      ['manage_capability', { name: 'asks_for_hosts', action: 'grant' }],
      ['manage_capability', { name: 'asks_for_hosts', action: 'promote', grants: { net } }],
      ['generate_and_gate_code', { spec: spec('a_b'), code: code(), packages_dir: '/tmp' }],
    ])('has no argument that grants: %s %j', async (name, args) => {
      const said = await client.call(name, args).then(
        ({ isError, text }) => (isError ? text : 'taken'),
        (error: unknown) => String(error),
      );
      expect(said).toMatch(/unknown argument|Invalid|invalid/);
    });
  });

  test('cannot confirm with a plan of its own making, nor with that of another call', async () => {
    for (const plan_id of ['plan_0000000000000000', '', "' OR 1=1 --", '../plan']) {
      const { text } = await client.call('call_capability', { name: 'trim_text', input: { text: 'x' }, plan_id });
      expect(text).toMatch(/^conflict: /);
    }
  });

  test('cannot replace a capability by another of its name', async () => {
    const other = spec('trim_text', { summary: 'Cut a text of the space around it' });
    const { data } = await client.call('generate_and_gate_code', { spec: other, code: code('// other') });
    expect(data['admitted'] ?? 0).toBe(0);
    expect(JSON.stringify(data['issues'])).toContain('name_taken');
  });

  test('cannot supersede a capability by one that fails the tests of the old', async () => {
    const tests = ['a', 'b ', 'c'].map((text) => ({
      name: text,
      input: { text },
      expected: { status: 'ok', payload: { text } },
    }));
    const { data } = await client.call('generate_and_gate_code', {
      spec: spec('trim_text', { tests }),
      code: code('return { status: "ok", payload: { text: input.text }, prov: [] };'),
      supersedes: 'trim_text',
    });
    expect(data['admitted'] ?? 0).toBe(0);
    const { data: called } = await done(client, 'call_capability', { name: 'trim_text', input: { text: ' y ' } });
    expect(called['payload']).toEqual({ text: 'y' });
  });

  test('has changed no configuration', () => {
    expect(existsSync(join(home, 'foundry.config.json'))).toBe(false);
  });
});

describe('a client and a version that has earned its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-place-'));
  const home = join(folder, 'home');
  let client: WireClient;

  const call = async (times: number, more: object = {}): Promise<void> => {
    for (let i = 0; i < times; i += 1)
      await done(client, 'call_capability', { name: 'trim_text', input: { text: ' x ' }, ...more });
  };
  const manage = (action: string, more: object = {}) =>
    client.call('manage_capability', { name: 'trim_text', action, ...more });
  const current = async () => {
    const { data } = await done(client, 'search_capabilities', { query: 'trim text' });
    const found = items(data['results']).find((one) => one['name'] === 'trim_text');
    return [found?.['version'], found?.['state']];
  };

  beforeAll(async () => {
    mkdirSync(home);
    writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ promotion: { executions: 3 } }));
    client = await eras[1].connect({ home });
    await done(client, 'generate_and_gate_code', { spec: spec('trim_text'), code: code() });
    await call(3);
  });

  afterAll(async () => {
    await endOf(client);
    rmSync(folder, { recursive: true, force: true });
  });

  test('does not set it aside by handing in another, by using that, by promotion or by rollback', async () => {
    expect(await current()).toEqual([1, 'active']);
    const better = { spec: spec('trim_text'), code: code('// 2'), supersedes: 'trim_text' };
    const { data, text } = await done(client, 'generate_and_gate_code', better);
    expect(data['admitted'], text).toBe(1);
    expect(text).toContain('Version 1 is active and stays the current one');
    await call(9, { version: 2 });
    for (const more of [{}, { reason: 'The owner said so.' }]) {
      for (const action of ['promote', 'rollback']) {
        expect((await manage(action, { version: 2, ...more })).data).toMatchObject({ changed: false });
      }
    }
    expect(await current()).toEqual([1, 'active']);
  });

  test('does not undo what a person chose', async () => {
    const chosen = { name: 'trim_text', action: 'rollback', version: 2, reason: 'it reads better' };
    const { code: exit, stderr } = await runProgram(['call', 'manage_capability', JSON.stringify(chosen)], { home });
    expect(exit, stderr).toBe(0);
    for (const action of ['promote', 'rollback']) {
      const { data } = await manage(action, { version: 1 });
      expect(data['changed']).toBe(false);
      expect(data['note']).toContain("by a person's word");
    }
    expect((await current())[0]).toBe(2);
    const card = await client.read('capability://trim_text');
    expect(card).toContain('rollback, via cli: current 1 active -> current 2, 1 staged: `it reads better`');
  });

  test('takes out what it likes, and does not bring it back', async () => {
    expect((await manage('deprecate')).data).toMatchObject({ version: 2, state: 'deprecated', changed: true });
    for (const [action, more] of [
      ['promote', {}],
      ['regate', {}],
      ['regate', { scope: 'all' }],
      ['rollback', { version: 2 }],
    ] as const) {
      const { data } = await manage(action, { version: 2, reason: 'please', ...more });
      expect(data['state'] ?? 'deprecated').toBe('deprecated');
    }
    expect((await client.read('capability://trim_text')).split('\n')).toContain('- state: deprecated');
  });
});
