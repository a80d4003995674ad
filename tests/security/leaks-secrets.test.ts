import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesUnder, done, endOf, items, walk } from '../support/hostile.js';
import { eras, type WireClient } from '../support/wire.js';

const letters = 'Zq7Rk2Wm9Xt4Vb8Ny3Hc6Jd5Lf1Pg0Ts';
const many = (length: number, salt: string): string => (salt + letters.repeat(4)).slice(0, length);

/** Made here, so that no file of the project looks as if it held one. Each kind appears in one place of its own. */
const secretOf = {
  aws: `AK${'IA'}${many(16, 'PLANTED').toUpperCase()}`,
  openai: `sk-${'proj'}-${many(40, 'Aa')}`,
  stripe: `sk_${'live'}_${many(24, 'Bb')}`,
  github: `gh${'p'}_${many(36, 'Cc')}`,
  jwt: `ey${'J'}${many(20, 'Dd')}.ey${'J'}${many(20, 'Ee')}.${many(20, 'Ff')}`,
  pem: `-----BEGIN ${'PRIVATE'} KEY-----\n${many(64, 'Gg')}\n-----END ${'PRIVATE'} KEY-----`,
} as const;
let drawn = 0;
/** Another Stripe key for each place, so that a leak tells where it came from. */
const planted = new Map<string, string>();
function plant(place: string): string {
  const secret = `sk_${'live'}_${many(24, `Plant${String(++drawn).padStart(2, '0')}`)}`;
  planted.set(place, secret);
  return secret;
}

function run(i: number): object {
  const id = `c${i}`;
  const args = JSON.stringify({ order_id: `O-${i}`, note: `key ${plant(`call ${i}`)}` });
  return {
    metadata: { task_id: `task ${plant(`task ${i}`)}`, session_id: `s ${plant(`session ${i}`)}` },
    tools: [
      {
        type: 'function',
        function: {
          name: 'find_order',
          description: `Use ${plant(`tool ${i}`)}`,
          parameters: { type: 'object', properties: { order_id: { type: 'string' } } },
        },
      },
    ],
    messages: [
      { role: 'system', content: `AWS ${secretOf.aws} and ${secretOf.pem}` },
      { role: 'user', content: `Find order O-${i} with ${secretOf.openai} and ${plant(`user ${i}`)}` },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id, type: 'function', function: { name: 'find_order', arguments: args } }],
      },
      {
        role: 'tool',
        tool_call_id: id,
        content: JSON.stringify({
          order: `O-${i}`,
          jwt: secretOf.jwt,
          deep: JSON.stringify({ key: plant(`result ${i}`) }),
        }),
      },
      { role: 'assistant', content: `Found it, ${secretOf.github}.` },
    ],
    reward: 1,
  };
}

const trimSpec = {
  name: 'trim_text',
  kind: 'primitive',
  summary: 'Trim a text of the space around it',
  input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  output_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  tests: [' one ', 'two words  ', '  x'].map((text) => ({
    name: text,
    input: { text },
    expected: { status: 'ok', payload: { text: text.trim() } },
  })),
};
const trimCode = `export async function execute(input, ctx) {
  return { status: 'ok', payload: { text: input.text.trim() }, prov: [] };
}
`;

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-secrets-'));
  const home = join(folder, 'home');
  let client: WireClient;
  let shown = '';

  beforeAll(async () => {
    const log = join(folder, 'log.jsonl');
    writeFileSync(log, `${[1, 2, 3, 4, 5].map((i) => JSON.stringify(run(i))).join('\n')}\n`);
    client = await eras[1].connect({ home, readRoots: [folder], env: { FOUNDRY_LOG: 'debug' } });
    const say = async (name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> => {
      const result = await done(client, name, args);
      shown += result.text + JSON.stringify(result.data);
      return result.data;
    };
    const tryTo = async (name: string, args: Record<string, unknown>): Promise<void> => {
      await client.call(name, args).catch(() => undefined);
    };
    await say('import_evidence', { path: log, source: 'planted' });
    await say('import_evidence', { content: JSON.stringify(run(9)), source: `label ${plant('label')}` });
    await tryTo('import_evidence', { path: join(folder, plant('path')) });
    await tryTo('import_evidence', { content: `not a log ${plant('broken content')}` });
    const { mining_id } = await say('mine_needs', { source: 'planted' });
    const { clustering_id } = await say('cluster_needs', { mining_id });
    await say('propose_spec', { clustering_id, generator: 'induction' });
    await say('propose_spec', { clustering_id, generator: 'agent' });
    const scored = await say('score_run', { source: 'planted' });
    const run_id = items(scored['runs'])[0]?.['run_id'];
    await say('score_run', { suggest: { run_id, category: 'rejected', reason: `because ${plant('suggestion')}` } });
    await tryTo('score_run', { run_ids: [plant('run id')] });
    await tryTo('score_run', { source: plant('source') });
    await say('build_sft', { name: 'planted' });
    await say('search_evidence', { query: 'order' });
    await tryTo('search_evidence', { query: plant('query') });
    await tryTo('cluster_needs', { mining_id: plant('mining id') });
    await tryTo('build_sft', { name: 'x', filter: { source: plant('filter') } });
    await say('generate_and_gate_code', { spec: trimSpec, code: trimCode });
    const inTest = { name: 'k', input: { text: plant('spec test') }, expected: { status: 'ok' } };
    await tryTo('propose_spec', { spec: { ...trimSpec, name: 'trim_two', tests: [...trimSpec.tests, inTest] } });
    const withKey = `${trimCode}// ${plant('code')}\n`;
    await tryTo('generate_and_gate_code', { spec: { ...trimSpec, name: 'trim_three' }, code: withKey });
    await tryTo('call_capability', { name: 'trim_text', input: { text: plant('call input') } });
    await tryTo('call_capability', {
      name: 'trim_text',
      input: { text: 'x' },
      context: { segments: [plant('context')] },
    });
    await tryTo('call_capability', { name: plant('capability name'), input: {} });
    await tryTo('manage_capability', { name: 'trim_text', action: 'deprecate', reason: plant('reason') });
    await tryTo('manage_capability', { name: 'trim_text', action: 'export' });
    await tryTo('read', { uri: `evidence://runs/${plant('uri')}` });
  });

  afterAll(async () => {
    await endOf(client);
    rmSync(folder, { recursive: true, force: true });
  });

  const all = (): [string, string][] =>
    [...Object.entries(secretOf), ...planted].map(([place, secret]) => [place, secret.split('\n')[1] ?? secret]);
  const leaksIn = (text: string): string[] => {
    const lower = text.toLowerCase();
    return all()
      .filter(([, secret]) => lower.includes(secret.toLowerCase()))
      .map(([place]) => place);
  };

  test('in a spec or in code are refused, and the refusal names their kind and not themselves', async () => {
    const secret = plant('refused');
    for (const args of [
      { spec: { ...trimSpec, name: 'trim_four', summary: `Trim ${secret}` }, code: trimCode },
      { spec: { ...trimSpec, name: 'trim_five' }, code: `// ${secret}\n${trimCode}` },
    ]) {
      const { isError, text } = await client.call('generate_and_gate_code', args);
      expect(isError).toBe(true);
      expect(text).toMatch(/^invalid_input: .*STRIPE_KEY/);
      expect(text).not.toContain(secret);
    }
  });

  test('in the input of a capability reach the capability, and not the record of its execution', async () => {
    const secret = plant('echoed');
    const { data } = await done(client, 'call_capability', {
      name: 'trim_text',
      version: 1,
      input: { text: ` ${secret} ` },
    });
    expect(data).toMatchObject({ payload: { text: secret } });
  });

  test('are in no result of a tool that was given a log with them', () => {
    expect(leaksIn(shown)).toEqual([]);
  });

  test('are in no resource', async () => {
    const read = await walk(client);
    expect(read.length).toBeGreaterThan(30);
    expect(read.flatMap(({ uri, text }) => leaksIn(text).map((place) => `${place} in ${uri}`))).toEqual([]);
  });

  test('are in no file of the data folder, and not in the log', async () => {
    const found = bytesUnder(home).flatMap(({ path, text }) =>
      leaksIn(text).map((place) => `${place} in ${path.slice(home.length)}`),
    );
    expect(found).toEqual([]);
    expect(leaksIn(client.server.stderr)).toEqual([]);
  });
});
