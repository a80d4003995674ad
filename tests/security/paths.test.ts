import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { done, endOf } from '../support/hostile.js';
import { writeParcelLog } from '../support/parcel-logs.js';
import { eras, type WireClient } from '../support/wire.js';

const secret = 'outofboundsvalue';
const trimSpec = {
  name: 'trim_text',
  kind: 'primitive',
  summary: 'Trim a text of the space around it',
  input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  output_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  tests: [' one ', 'two words  ', '  x'].map((text) => ({
    name: text.trim(),
    input: { text },
    expected: { status: 'ok', payload: { text: text.trim() } },
  })),
};
const trimCode = `export async function execute(input, ctx) {
  return { status: 'ok', payload: { text: input.text.trim() }, prov: [] };
}
`;

describe('a client that wants to leave the granted folders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-paths-'));
  const home = join(folder, 'home');
  const logs = join(folder, 'logs');
  const outside = join(folder, 'outside');
  const inside = join(home, 'work');
  let client: WireClient;

  beforeAll(async () => {
    for (const path of [home, logs, outside, inside, join(folder, 'logs-too')]) mkdirSync(path);
    writeParcelLog(logs);
    const line = JSON.stringify({ messages: [{ role: 'user', content: secret }], reward: 1 });
    for (const place of [outside, join(folder, 'logs-too')]) writeFileSync(join(place, 'log.jsonl'), `${line}\n`);
    symlinkSync(outside, join(logs, 'folder-link'));
    symlinkSync(join(outside, 'log.jsonl'), join(logs, 'file-link.jsonl'));
    symlinkSync(outside, join(inside, 'out-link'));
    symlinkSync(join(outside, 'new'), join(inside, 'dangling'));
    client = await eras[1].connect({ home, readRoots: [logs] });
    await done(client, 'import_evidence', { path: join(logs, 'parcels.jsonl') });
    await done(client, 'generate_and_gate_code', { spec: trimSpec, code: trimCode });
  });

  afterAll(async () => {
    await endOf(client);
    rmSync(folder, { recursive: true, force: true });
  });

  const ways: [string, (target: string) => string][] = [
    ['by its name', (target) => join(outside, target)],
    ['by dots', (target) => `${logs}/../outside/${target}`],
    ['by many dots', (target) => `${logs}/a/b/../../../outside/./${target}`],
    ['by a link to a folder', (target) => join(logs, 'folder-link', target)],
    ['by a folder whose name begins alike', (target) => join(folder, 'logs-too', target)],
    ['relative to the working directory', (target) => join('.', outside, target)],
    ['as a file URI', (target) => `file://${join(outside, target)}`],
    ['percent-encoded', (target) => `${logs}/%2e%2e/outside/${target}`],
    ['with backslashes', (target) => `${logs}\\..\\outside\\${target}`],
    ['behind a NUL', (target) => `${logs}/parcels.jsonl\0/../../outside/${target}`],
    ['from the home folder', () => '~/.ssh/id_rsa'],
    ['at the root', () => '/etc/passwd'],
    ['in the kernel', () => '/proc/self/environ'],
  ];
  const refused = /^(path_not_allowed|not_found|invalid_input): /;

  test.each(ways)('cannot import a file %s', async (_how, path) => {
    const typed = path('log.jsonl');
    const { isError, text } = await client.call('import_evidence', { path: typed });
    expect(isError).toBe(true);
    expect(text).toMatch(refused);
    // The client's own words may come back, and nothing else of what lies out there.
    expect(text.replace(JSON.stringify(typed), '')).not.toContain(outside);
  });

  test.each(ways)('cannot mine a file %s', async (_how, path) => {
    const { text } = await client.call('mine_needs', { path: path('log.jsonl') });
    expect(text).toMatch(refused);
  });

  test.each(ways)('cannot have a file read as what to stay clear of %s', async (_how, path) => {
    const typed = path('log.jsonl');
    const { text } = await client.call('build_sft', { name: 'x', decontaminate_against: typed });
    expect(text).toMatch(refused);
    expect(text.replace(JSON.stringify(typed), '')).not.toContain(outside);
  });

  test('does not get more by a folder with links in it than the files of the folder', async () => {
    const { data } = await done(client, 'import_evidence', { path: logs, source: 'all' });
    expect(data['files']).toBe(1);
    expect((await client.call('import_evidence', { path: join(logs, 'file-link.jsonl') })).text).toMatch(refused);
    const { data: found } = await done(client, 'search_evidence', { query: secret });
    expect(found['results']).toEqual([]);
  });

  const places: [string, string][] = [
    ['outside', join(outside, 'new')],
    ['in a folder that may only be read', join(logs, 'new')],
    ['by dots', `${home}/../outside/new`],
    ['by a link', join(inside, 'out-link', 'new')],
    ['by a link to what is not there yet', join(inside, 'dangling')],
    ['below a link to what is not there yet', join(inside, 'dangling', 'deeper')],
    ['at the root', '/foundry-was-here'],
    ['in the home folder', '~/foundry-was-here'],
    ['behind a NUL', `${inside}\0/../../outside`],
  ];

  test.each(places)('cannot have a data set written %s', async (_how, output_dir) => {
    const { text } = await client.call('build_sft', { name: 'x', output_dir });
    expect(text).toMatch(refused);
    expect(readdirSync(outside)).toEqual(['log.jsonl']);
    expect(readdirSync(logs).sort()).toEqual(['file-link.jsonl', 'folder-link', 'parcels.jsonl']);
  });

  test.each(places)('cannot have a skill exported %s', async (_how, output_dir) => {
    const { text } = await client.call('manage_capability', { name: 'trim_text', action: 'export', output_dir });
    expect(text).toMatch(refused);
    expect(readdirSync(outside)).toEqual(['log.jsonl']);
    expect(readdirSync(logs).sort()).toEqual(['file-link.jsonl', 'folder-link', 'parcels.jsonl']);
  });

  test.each(['SKILL.md', 'scripts', 'scripts/trim_text.ts'])(
    'cannot have a skill exported through a link named %s',
    async (name) => {
      const target = join(inside, `skills-${name.replace(/\W/g, '')}`);
      const skill = join(target, 'trim-text');
      mkdirSync(join(skill, name === 'scripts/trim_text.ts' ? 'scripts' : ''), { recursive: true });
      symlinkSync(name === 'scripts' ? outside : join(outside, 'written'), join(skill, name));
      const { text } = await client.call('manage_capability', {
        name: 'trim_text',
        action: 'export',
        output_dir: target,
      });
      expect(text).toMatch(refused);
      expect(readdirSync(outside)).toEqual(['log.jsonl']);
    },
  );

  test.each(['x.train.jsonl', 'x.provenance.jsonl', 'receipt.json', '.building-x'])(
    'cannot have a data set written through a link named %s',
    async (name) => {
      const target = join(inside, `data-${name}`);
      mkdirSync(target);
      const victim = join(outside, 'victim');
      if (name === '.building-x') mkdirSync(victim);
      symlinkSync(victim, join(target, name));
      await client.call('build_sft', { name: 'x', output_dir: target });
      expect(existsSync(join(outside, 'victim')) ? readdirSync(victim) : []).toEqual([]);
      rmSync(victim, { recursive: true, force: true });
      expect(readdirSync(outside)).toEqual(['log.jsonl']);
    },
  );

  test.each(['../up', 'a/b', '/abs', '.', '..', 'a\0b', 'a b', '', 'foundry.config.json', '-'.repeat(5000)])(
    'cannot name a data set %j to get elsewhere',
    async (name) => {
      const before = readdirSync(home);
      const result = await client
        .call('build_sft', { name })
        .catch((error: unknown) => ({ isError: true, text: String(error) }));
      expect(result.isError).toBe(true);
      expect(readdirSync(home)).toEqual(before);
    },
  );

  test.each([
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    'evidence://../../etc/passwd',
    'evidence://runs/../../../etc/passwd',
    'evidence://runs/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    'evidence://records/..%00',
    'skill://trim-text/../../../etc/passwd',
    'skill://trim-text/%2e%2e/%2e%2e/SKILL.md',
    'skill://..%2f..%2fetc/passwd',
    'skill://__proto__/SKILL.md',
    'skill://trim-text/__proto__',
    'skill://trim-text/constructor',
    'capability://trim_text/1/../../../secret',
    'capability://trim_text/1/__proto__',
    'capability://trim_text/1/hidden_tests',
    'capability://trim_text/-1',
    'capability://trim_text/1e0',
    'capability://trim_text/1/code/extra',
    "capability://x' OR '1'='1",
    'needs://clusters/%',
    'needs://clusters/%ff%fe',
    'jobs://',
    'jobs://*',
    'receipts://%00',
    'specs://spec\u0000',
    'http://127.0.0.1/',
    'capability:trim_text',
    '//capability/index',
    `evidence://runs/${'a'.repeat(1900)}`,
  ])('reads nothing at %j', async (uri) => {
    const { isError, text } = await client.call('read', { uri });
    expect(isError).toBe(true);
    expect(text).toMatch(/^not_found: /);
    expect(text.length).toBeLessThan(600);
    await expect(client.read(uri)).rejects.toMatchObject({ code: -32602 });
  });

  test('is told no absolute path of a place that it was not granted, but for its own words', async () => {
    for (const typed of [outside, join(logs, 'folder-link'), `${logs}/../outside`]) {
      for (const name of ['import_evidence', 'mine_needs']) {
        const { text } = await client.call(name, { path: typed });
        expect(text).toContain(`path_not_allowed: ${JSON.stringify(typed)} lies outside`);
        expect(text.replace(JSON.stringify(typed), '')).not.toContain(outside);
      }
    }
  });

  test('has changed nothing of the configuration', () => {
    expect(existsSync(join(home, 'foundry.config.json'))).toBe(false);
  });
});
