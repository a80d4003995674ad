import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordHelpdesk } from '../../examples/helpdesk/record.js';
import { builtProgram } from '../support/built.js';
import { runProgram } from '../support/program.js';
import { tempFolder } from '../support/temp.js';
import { type CallResult, eras, type WireClient } from '../support/wire.js';

const seed = 3;
const tickets = 90;
const helpdeskServer = (): string => join(dirname(builtProgram()), '..', 'examples', 'helpdesk', 'server.js');

describe.each(eras)("the demo's path, by a client of the $era era", ({ connect }) => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-demo-'));
  const home = join(folder, 'home');
  let client: WireClient;
  let skills: { name: string; destructive: boolean; example: Record<string, unknown> }[] = [];

  beforeAll(async () => {
    await recordHelpdesk(join(folder, 'logs'), { seed, tickets });
    mkdirSync(home);
    const helpdesk = { command: process.execPath, args: [helpdeskServer(), String(seed), String(tickets)] };
    writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ mcp_servers: { helpdesk } }));
    client = await connect({ home, readRoots: [folder] });
  });
  afterAll(async () => {
    await client.server.close();
    await client.server.end(5000);
    rmSync(folder, { recursive: true, force: true });
  });

  const done = async (name: string, args: Record<string, unknown>): Promise<CallResult['data']> => {
    const result = await client.call(name, args);
    if (result.isError) throw new Error(result.text);
    return result.data;
  };

  test('learns skills from the recordings', async () => {
    const imported = await done('import_evidence', { path: join(folder, 'logs'), source: 'desk' });
    expect(imported).toMatchObject({ format: 'mixed', runs: tickets, rejected: 0 });
    const mined = await done('mine_needs', { source: 'desk' });
    const clustered = await done('cluster_needs', { mining_id: mined['mining_id'] });
    const proposed = await done('propose_spec', { clustering_id: clustered['clustering_id'] });
    const specs = proposed['specs'] as { spec_id: string }[];
    const judged = await done('generate_and_gate_code', { spec_ids: specs.map((spec) => spec.spec_id) });
    expect(judged['admitted']).toBeGreaterThanOrEqual(4);
  });

  test('finds them ready, and calls one that only reads', async () => {
    const found = await done('search_capabilities', { query: 'ticket orders customer warranty', limit: 20 });
    skills = found['results'] as typeof skills;
    expect(skills.length).toBeGreaterThanOrEqual(4);
    for (const skill of skills) expect(skill).toMatchObject({ kind: 'skill', ready: true, missing_tools: [] });
  });

  test('changes the live desk only by the plan of a dry run', async () => {
    const skill = skills.find((one) => one.name.includes('refund') || one.name.includes('cancel'));
    if (!skill) throw new Error('no skill that changes things was learnt');
    const input = skill.example;
    const refused = await client.call('call_capability', { name: skill.name, input });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('dry_run') });
    const planned = await done('call_capability', { name: skill.name, input, dry_run: true });
    expect((planned['planned_calls'] as unknown[]).length).toBeGreaterThanOrEqual(2);
    const called = await done('call_capability', { name: skill.name, input, plan_id: planned['plan_id'] });
    expect(called['status']).toBe('ok');
    const again = await client.call('call_capability', { name: skill.name, input, plan_id: planned['plan_id'] });
    expect(again.isError).toBe(true);
  });

  test('writes rows from accepted runs', async () => {
    const built = await done('build_sft', { name: 'desk', filter: { source: 'desk' } });
    const accepted = (await done('score_run', { source: 'desk' }))['by_category'] as { accepted: number };
    expect(built['rows']).toBe(accepted.accepted);
    expect(accepted.accepted).toBeLessThan(tickets);
  });
});

test('the demo prints a page to read, and its files are there', { timeout: 120_000 }, async () => {
  const out = join(tempFolder(), 'demo');
  const ended = await runProgram(['demo', '--out', out, '--tickets', '90', '--seed', '5'], {
    home: join(out, 'elsewhere'),
  });
  expect(ended.code, ended.stderr).toBe(0);
  for (const words of [
    'runs of a scripted agent',
    'STRIPE KEY',
    'skills admitted',
    'calls in accepted runs',
    'training rows',
    'sum_order_prices',
    'against the live help desk',
    '"mcpServers"',
  ]) {
    expect(ended.stdout).toContain(words);
  }
  expect(
    Math.max(
      ...ended.stdout
        .split('\n')
        .filter((line) => !line.includes(out) && !line.startsWith('  payload'))
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(130);
  const skills = readdirSync(join(out, 'skills'));
  expect(skills.length).toBeGreaterThanOrEqual(4);
  expect(readFileSync(join(out, 'skills', skills[0] ?? '', 'SKILL.md'), 'utf8')).toMatch(/^---\nname: /);
  expect(readdirSync(join(out, 'dataset'))).toEqual(
    expect.arrayContaining(['README.md', 'receipt.json', 'helpdesk.train.jsonl', 'helpdesk.provenance.jsonl']),
  );
});

test('the demo touches no folder that it did not make', async () => {
  const out = tempFolder();
  mkdirSync(join(out, 'logs'));
  writeFileSync(join(out, 'logs', 'mine.txt'), 'keep me');
  const ended = await runProgram(['demo', '--out', out, '--tickets', '30'], { home: join(out, 'elsewhere') });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('holds files that the demo did not make');
  expect(readFileSync(join(out, 'logs', 'mine.txt'), 'utf8')).toBe('keep me');
});
