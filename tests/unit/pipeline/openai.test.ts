import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { recordHelpdesk } from '../../../examples/helpdesk/record.js';
import { type FakeOpenai, fakeOpenai, type Script } from '../../support/fake-openai.js';
import { contentsOf } from '../../support/final-state.js';
import { modelAuthor, promptOf, stageOf } from '../../support/model-author.js';
import { tempFolder } from '../../support/temp.js';
import { type Outcome, runMain, useEnvironment } from '../cli/run-main.js';

const models = {
  timeout_ms: 20_000,
  max_retries: 1,
  prices: { small: { input_per_million: 1, output_per_million: 2 } },
};

/** A data folder in which the logs are clustered: what every test starts from. */
const base = mkdtempSync(join(tmpdir(), 'foundry-'));
const logs = join(base, 'logs');
const clusterSize = ['--target-cluster-size', '4'];

beforeAll(async () => {
  await recordHelpdesk(logs, { seed: 11, tickets: 40 });
  vi.stubEnv('FOUNDRY_HOME', join(base, 'home'));
  const ran = await runMain('pipeline', '--in', logs, '--stage', 'cluster', ...clusterSize, '--out', join(base, 'out'));
  vi.unstubAllEnvs();
  expect(ran.code, ran.err).toBe(0);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Bench {
  readonly server: FakeOpenai;
  readonly out: string;
  readonly folder: string;
  run(...args: string[]): Promise<Outcome>;
}

async function bench(script: Script, config: object = models): Promise<Bench> {
  const folder = tempFolder();
  const out = join(folder, 'out');
  cpSync(join(base, 'home'), folder, { recursive: true });
  const server = await fakeOpenai(script);
  useEnvironment(folder, {
    OPENAI_BASE_URL: server.url,
    OPENAI_API_KEY: 'sk-test',
    FOUNDRY_CHAT_MODEL: 'small',
    FOUNDRY_LOG: 'silent',
  });
  writeFileSync(join(folder, 'foundry.config.json'), JSON.stringify({ models: config }));
  const fixed = ['pipeline', '--in', logs, '--generator', 'openai', ...clusterSize, '--out', out];
  return { server, out, folder, run: (...args) => runMain(...fixed, ...args) };
}

function lines(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, 'utf8').trim();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

function summaryOf(out: string) {
  return JSON.parse(readFileSync(join(out, 'llm_usage_summary.json'), 'utf8'));
}

test('a run with a model admits what it wrote, its usage adds up, and the same run again asks nothing', async () => {
  const { server, out, run } = await bench(modelAuthor);
  const first = await run();
  expect(first.code, first.err).toBe(0);
  expect(first.out).toMatch(/^look_up_by_\w+ +admitted$/m);
  const contents = contentsOf(out);
  expect(lines(join(out, 'library_index.jsonl')).length).toBeGreaterThan(1);

  const asked = server.requests.length;
  const count = (stage: string) => server.requests.filter((request) => stageOf(request) === stage).length;
  const rows = lines(join(out, 'llm_usage.jsonl'));
  expect(rows).toHaveLength(asked);
  const summary = summaryOf(out);
  const chars = server.requests.map((request) =>
    (request.body['messages'] as { content: string }[]).reduce((sum, { content }) => sum + content.length, 0),
  );
  expect(summary).toMatchObject({ calls: asked, cached: 0, failed: 0 });
  expect(summary.stages.spec.calls).toBe(count('spec'));
  expect(summary.stages.code.calls).toBe(count('code'));
  expect(summary.prompt_tokens).toBe(chars.reduce((sum, each) => sum + Math.ceil(each / 4), 0));
  expect(summary.total_tokens).toBe(summary.prompt_tokens + summary.completion_tokens);
  expect(summary.cost_usd).toBeCloseTo((summary.prompt_tokens + 2 * summary.completion_tokens) / 1_000_000, 12);
  expect(JSON.stringify(rows)).not.toContain('sk-test');

  const second = await run();
  expect(second.code).toBe(0);
  expect(server.requests).toHaveLength(asked);
  expect(contentsOf(out)).toEqual(contents);
  const after = summaryOf(out);
  expect(after).toMatchObject({ total_tokens: summary.total_tokens, cost_usd: summary.cost_usd, failed: 0 });
  expect(after.calls - after.cached).toBe(asked);
});

test('one stage after the other asks what all at once ask, and no usage is lost between them', async () => {
  const { server, out, run } = await bench(modelAuthor);
  for (const stage of ['cluster', 'spec', 'codegen'])
    expect((await run('--stage', stage, ...(stage === 'codegen' ? ['--reuse-specs'] : []))).code).toBe(0);
  expect(summaryOf(out)).toMatchObject({ calls: server.requests.length, cached: 0 });
  const staged = contentsOf(out);
  const asked = server.requests.length;
  expect((await run()).code).toBe(0);
  expect(contentsOf(out)).toEqual(staged);
  expect(server.requests).toHaveLength(asked);
});

test('templates are written, shown to whoever writes specs, and raw answers kept where asked', async () => {
  const { server, out, folder, run } = await bench(modelAuthor);
  const debug = join(folder, 'debug');
  expect((await run('--spec-template-mode', 'llm-global', '--stage', 'spec', '--llm-debug-dir', debug)).code).toBe(0);
  const template = JSON.parse(readFileSync(join(out, 'spec_test_template.json'), 'utf8'));
  expect(template.guidance).toMatch(/^One look-up each/);
  expect(server.requests.filter((request) => stageOf(request) === 'template')).toHaveLength(1);
  const specs = server.requests.filter((request) => stageOf(request) === 'spec');
  for (const request of specs) expect(promptOf(request)).toContain(template.guidance);
  const saved = readdirSync(debug);
  expect(saved).toHaveLength(server.requests.length);
  expect(readFileSync(join(debug, 'template-global.txt'), 'utf8')).toContain(template.guidance);

  expect((await run('--spec-template-mode', 'llm-per-cluster', '--stage', 'spec')).code).toBe(0);
  const clusters = lines(join(out, 'need_clusters.jsonl')).map((row) => row['cluster_id']);
  const rows = lines(join(out, 'spec_test_template.jsonl'));
  expect(rows.map((row) => row['cluster_id'])).toEqual(clusters);
  expect(readdirSync(out)).not.toContain('spec_test_template.json');

  expect((await run('--stage', 'spec')).code).toBe(0);
  expect(readdirSync(out).filter((name) => name.startsWith('spec_test_template'))).toEqual([]);
});

const good = modelAuthor;
const text =
  (value: string): Script =>
  () => ({ kind: 'text', text: value });

test.each<[string, Script, { code: number; out?: RegExp; err?: RegExp; models?: object }]>([
  [
    'too many requests, then an answer',
    (request, at) => (at === 0 ? { kind: 'status', status: 429, retryAfter: '0' } : good(request)),
    { code: 0, out: /^look_up_by_\w+ +admitted$/m },
  ],
  [
    'prose around the JSON',
    (request) => {
      const answer = good(request);
      return answer.kind === 'text' ? { ...answer, text: `Sure!\n\`\`\`json\n${answer.text}\n\`\`\`\nDone.` } : answer;
    },
    { code: 0, out: /^look_up_by_\w+ +admitted$/m },
  ],
  [
    'a spec that is cut off once',
    (request) => {
      const answer = good(request);
      const cut = stageOf(request) === 'spec' && !promptOf(request).includes('was refused');
      return answer.kind === 'text' && cut ? { ...answer, text: answer.text.slice(0, 90) } : answer;
    },
    { code: 0, out: /^look_up_by_\w+ +admitted$/m },
  ],
  ['specs that are always cut off', text('{"name": "a'), { code: 0, out: /^specs +0\nskipped +[1-9]/m }],
  ['wrong shapes', text('{"name": 5, "tests": "none"}'), { code: 0, out: /^specs +0\nskipped +[1-9]/m }],
  ['an array', text('[1, 2]'), { code: 0, out: /^specs +0\nskipped +[1-9]/m }],
  ['nothing at all', text(''), { code: 0, out: /^specs +0\nskipped +[1-9]/m }],
  ['refusals', () => ({ kind: 'refusal', text: 'I cannot help.' }), { code: 0, out: /^specs +0\nskipped +[1-9]/m }],
  [
    'code that is never right',
    (request) =>
      stageOf(request) === 'code' ? { kind: 'text', text: '{"code": "export const x = 1"}' } : good(request),
    { code: 0, out: /^look_up_by_\w+ +(rejected|inconclusive) +\S/m },
  ],
  ['server errors', () => ({ kind: 'status', status: 500 }), { code: 1, err: /^upstream: .*\n\S/m }],
  ['a wrong key', () => ({ kind: 'status', status: 401 }), { code: 1, err: /^(needs_setup|upstream): .*\n\S/m }],
  ['a body that is no JSON', () => ({ kind: 'body', body: '<html>' }), { code: 1, err: /^upstream: .*\n\S/m }],
  ['connections that end early', () => ({ kind: 'cut' }), { code: 1, err: /^upstream: .*\n\S/m }],
  [
    'an endpoint that stalls',
    () => ({ kind: 'stall', at: 'silent' }),
    { code: 1, err: /^(timeout|upstream): .*\n\S/m, models: { timeout_ms: 200, max_retries: 1 } },
  ],
  [
    'an endpoint that stalls in the body',
    () => ({ kind: 'stall', at: 'headers' }),
    { code: 1, err: /^(timeout|upstream): .*\n\S/m, models: { timeout_ms: 200, max_retries: 1 } },
  ],
])('an endpoint that gives %s', async (_, script, expected) => {
  const { server, out, run } = await bench(script, expected.models ?? { ...models, max_retries: 1 });
  const ran = await run('--max-clusters', '2', '--codegen-retries', '1');
  expect(ran.code, ran.err + ran.out).toBe(expected.code);
  if (expected.out) expect(ran.out).toMatch(expected.out);
  if (expected.err) expect(ran.err).toMatch(expected.err);
  expect(ran.err).not.toMatch(/\n {4}at |sk-test/);
  // Whatever came of them, every request is a line.
  const summary = summaryOf(out);
  expect(summary.calls - summary.cached).toBe(server.requests.length);
});

test('without a model the generator openai says what to set', async () => {
  const { run } = await bench(modelAuthor);
  useEnvironment(tempFolder());
  const { code, err } = await run();
  expect(code).toBe(1);
  expect(err).toMatch(/^needs_setup: .*\nSet FOUNDRY_CHAT_MODEL/m);
});
