import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ConfigFile, loadConfig } from '../../src/config.js';
import { createServices, type Services } from '../../src/services.js';
import { connectLegacy, open, textOf } from '../support/connect.js';
import { tempFolder } from '../support/temp.js';

const line = (cwd: string, id: string) =>
  `${JSON.stringify({ type: 'user', uuid: id, parentUuid: null, sessionId: id, cwd, message: { role: 'user', content: 'Add a retry' } })}\n`;

interface Desk {
  readonly services: Services;
  /** the log folder of a coding agent, which nobody has named */
  readonly agent: string;
  /** a folder of logs that the operator has named */
  readonly named: string;
}

function desk(consent: ConfigFile['consent'] = {}, env: Record<string, string> = {}): Desk {
  const folder = tempFolder();
  const [home, cwd] = [join(folder, 'home'), join(folder, 'work')];
  const agent = join(home, '.claude', 'projects', '-shop');
  for (const one of [agent, cwd]) mkdirSync(one, { recursive: true });
  writeFileSync(join(agent, 'a.jsonl'), line('/home/ada/shop', 'a'));
  writeFileSync(join(agent, 'b.jsonl'), line('/home/ada/diary', 'b'));
  writeFileSync(join(cwd, 'c.jsonl'), line('/home/ada/shop', 'c'));
  const system = { cwd, home, platform: 'linux' as const };
  const config = loadConfig({ FOUNDRY_HOME: join(folder, 'data'), FOUNDRY_LOG: 'silent', ...env }, {}, system);
  const services = createServices({ ...config, file: { consent } }, { jobs: 'inline', base: cwd });
  onTestFinished(() => services.close());
  return { services, agent, named: cwd };
}

type Ask = (question: string) => boolean;

async function importing(services: Services, path: string, ask?: Ask) {
  const { client, close } = await open(services, ask ? { capabilities: { elicitation: {} } } : {});
  if (ask) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      const confirm = ask(params.message);
      return { action: confirm ? 'accept' : 'decline', content: { confirm } };
    });
  }
  const call = () => client.callTool({ name: 'import_evidence', arguments: { path } });
  onTestFinished(close);
  return { call };
}

describe('logs that nobody has named', () => {
  test('are not read by the service itself either, whatever reads them', async () => {
    const { services, agent, named } = desk();
    const mapping = join(named, 'mapping.json');
    const records = [{ role: { const: 'user' }, text: '/message/content' }];
    const rules = [{ has: ['/message'], run: '/sessionId', records }];
    writeFileSync(mapping, JSON.stringify({ mapping_version: 1, name: 'x', rules }));
    const work = { via: 'mcp' as const, signal: AbortSignal.timeout(60_000), progress: () => undefined };
    for (const input of [{ path: agent }, { path: agent, mapping }]) {
      await expect(services.evidence.importEvidence(input, work)).rejects.toMatchObject({ code: 'needs_setup' });
    }
  });

  test('are read once the person has said yes, who is asked once and told which folders they are of', async () => {
    const { services, agent } = desk();
    const questions: string[] = [];
    const { call } = await importing(services, agent, (question) => questions.push(question) > 0);
    expect((await call()).structuredContent).toMatchObject({ imported: 2, ignored: 0 });
    expect((await call()).structuredContent).toMatchObject({ duplicates: 2 });
    expect(questions).toEqual([
      expect.stringMatching(/2 project folders.*\n {2}\/home\/ada\/diary\n {2}\/home\/ada\/shop\n/),
    ]);
  });

  test('are asked about over the older protocol as well', async () => {
    const { services, agent } = desk();
    const silent = await connectLegacy(services);
    const refused: object = await silent.callTool({ name: 'import_evidence', arguments: { path: agent } });
    expect(textOf(refused)).toMatch(/^needs_setup: .*\nThe person can name the folders under consent\.allow/);
    const asking = await connectLegacy(services, { elicitation: {} });
    asking.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { confirm: true } }));
    const taken = await asking.callTool({ name: 'import_evidence', arguments: { path: agent } });
    expect(taken.structuredContent).toMatchObject({ imported: 2 });
  });

  test('are not read where the person says no, or cannot be asked; mine_needs asks as well', async () => {
    const { services, agent } = desk();
    expect(textOf(await (await importing(services, agent, () => false)).call())).toMatch(/^cancelled: /);
    const { client, close } = await open(services);
    onTestFinished(close);
    for (const [name, args] of [
      ['import_evidence', { path: agent }],
      ['import_evidence', { path: agent, dry_run: true }],
      ['mine_needs', { path: agent }],
    ] as const) {
      const text = textOf(await client.callTool({ name, arguments: args }));
      expect(text).toMatch(/^needs_setup: These logs are of 2 project folders that nobody has allowed/);
      expect(text).not.toContain('/home/ada');
    }
    expect(services.store.exists()).toBe(false);
  });

  test('are read where they are on the list; what is denied is not, and what is on neither list is left out', async () => {
    const { services, agent } = desk({ allow: ['/home/ada/shop'] });
    const { client, close } = await open(services);
    onTestFinished(close);
    const one = await client.callTool({ name: 'import_evidence', arguments: { path: join(agent, 'a.jsonl') } });
    expect(one.structuredContent).toMatchObject({ imported: 1 });
    const all = await services.evidence.importEvidence(
      { path: agent },
      { via: 'mcp', signal: AbortSignal.timeout(60_000), progress: () => undefined },
    );
    expect(all).toMatchObject({ duplicates: 1, ignored_kinds: { no_consent: 1 }, without_consent: 1 });
    const denied = desk({ deny: ['/home/ada/diary'] });
    const { call } = await importing(denied.services, denied.agent, () => true);
    expect((await call()).structuredContent).toMatchObject({ imported: 1, ignored_kinds: { no_consent: 1 } });
  });
});

test('what the operator has named is read unasked: the working directory, and FOUNDRY_READ_ROOTS', async () => {
  const { services, named } = desk();
  expect((await (await importing(services, named)).call()).structuredContent).toMatchObject({ imported: 1 });
  const folder = tempFolder();
  const logs = join(folder, '.claude');
  mkdirSync(logs);
  writeFileSync(join(logs, 'a.jsonl'), line('/home/ada/shop', 'a'));
  const other = desk({}, { FOUNDRY_READ_ROOTS: logs });
  expect((await (await importing(other.services, logs)).call()).structuredContent).toMatchObject({ imported: 1 });
  const inside = desk({}, { FOUNDRY_ROOTS: logs, CLAUDE_CONFIG_DIR: folder });
  expect((await (await importing(inside.services, logs)).call()).structuredContent).toMatchObject({ imported: 1 });
});
