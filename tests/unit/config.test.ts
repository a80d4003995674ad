import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultHome, loadConfig } from '../../src/config.js';
import { FoundryError } from '../../src/errors.js';
import { tempFolder } from '../support/temp.js';

const system = (cwd: string, home = '/home/ada') => ({ cwd, home, platform: 'linux' as const });

function failure(work: () => unknown): FoundryError {
  try {
    work();
  } catch (error) {
    if (error instanceof FoundryError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('configuration', () => {
  test('lives where the operating system keeps application data', () => {
    expect(defaultHome({}, 'linux', '/home/ada')).toBe('/home/ada/.local/share/capability-foundry');
    expect(defaultHome({ XDG_DATA_HOME: '/data' }, 'linux', '/home/ada')).toBe('/data/capability-foundry');
    expect(defaultHome({}, 'darwin', '/Users/ada')).toContain('Library/Application Support');
  });

  test('depends on nothing in the working directory when that is the root', () => {
    const config = loadConfig({}, {}, system('/'));
    expect(config.home).toBe('/home/ada/.local/share/capability-foundry');
    expect(config.readRoots).not.toContain('/');
    expect(config.roots).toEqual([config.home]);
  });

  test('grants reading the working directory unless it is the home folder', () => {
    expect(loadConfig({}, {}, system('/projects/x')).readRoots).toContain('/projects/x');
    expect(loadConfig({}, {}, system('/home/ada')).readRoots).not.toContain('/home/ada');
  });

  test('expands the tilde, and lets flags win over environment over file', () => {
    const home = tempFolder();
    writeFileSync(
      join(home, 'foundry.config.json'),
      JSON.stringify({ models: { chat_model: 'from-file', base_url: 'http://file' } }),
    );
    const env = { FOUNDRY_HOME: home, FOUNDRY_CHAT_MODEL: 'from-env', FOUNDRY_DB: '~/f.db' };
    expect(loadConfig(env, {}, system('/')).chatModel).toBe('from-env');
    expect(loadConfig(env, { chatModel: 'from-flag' }, system('/')).chatModel).toBe('from-flag');
    expect(loadConfig(env, {}, system('/')).openaiBaseUrl).toBe('http://file');
    expect(loadConfig(env, {}, system('/')).db).toBe('/home/ada/f.db');
  });

  test('refuses the root of the file system as a writable folder', () => {
    expect(failure(() => loadConfig({ FOUNDRY_ROOTS: '/' }, {}, system('/'))).code).toBe('needs_setup');
  });

  test('refuses unknown keys and says which', () => {
    const home = tempFolder();
    writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ gate: { memmory_mb: 1 } }));
    expect(failure(() => loadConfig({ FOUNDRY_HOME: home }, {}, system('/'))).message).toContain('gate');
  });

  test('refuses a configuration file that is not JSON, and one that is named and missing', () => {
    const home = tempFolder();
    writeFileSync(join(home, 'foundry.config.json'), '{');
    expect(failure(() => loadConfig({ FOUNDRY_HOME: home }, {}, system('/'))).message).toContain('not JSON');
    expect(failure(() => loadConfig({ FOUNDRY_CONFIG: join(home, 'none.json') }, {}, system('/'))).message).toContain(
      'does not exist',
    );
  });

  test.each([
    ['FOUNDRY_GENERATOR', 'magic'],
    ['FOUNDRY_EMBEDDINGS', 'magic'],
    ['FOUNDRY_LOG', 'loud'],
    ['FOUNDRY_BUDGET_USD', 'much'],
  ])('refuses %s=%s', (name, value) => {
    expect(failure(() => loadConfig({ [name]: value }, {}, system('/'))).message).toContain(name);
  });

  test("takes tool servers from its own file or from a client's file, leaving out what it cannot use", () => {
    const home = tempFolder();
    const client = join(home, 'client.json');
    writeFileSync(
      client,
      JSON.stringify({ mcpServers: { desk: { command: 'node', args: ['x.js'] }, odd: { nonsense: 1 } } }),
    );
    writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ mcp_servers: { import_from: client } }));
    expect(loadConfig({ FOUNDRY_HOME: home }, {}, system('/')).mcpServers).toEqual({
      desk: { command: 'node', args: ['x.js'], env: {} },
    });
    writeFileSync(
      join(home, 'foundry.config.json'),
      JSON.stringify({ mcp_servers: { web: { url: 'http://127.0.0.1:1/mcp' } } }),
    );
    expect(loadConfig({ FOUNDRY_HOME: home }, {}, system('/')).mcpServers).toEqual({
      web: { url: 'http://127.0.0.1:1/mcp', headers: {} },
    });
  });

  const withFile = (file: object) => {
    const home = tempFolder();
    writeFileSync(join(home, 'foundry.config.json'), JSON.stringify(file));
    return loadConfig({ FOUNDRY_HOME: home }, {}, system('/projects/x'));
  };

  test('takes grants as they are to be written, and refuses others with the place and how to write them', () => {
    const grants = {
      net: ['api.example.org', '127.0.0.1:3000', 'http://10.0.0.5:80'],
      packages: ['left-pad', '@a/b@1.2.3'],
    };
    expect(withFile({ grants }).file.grants).toEqual(grants);
    for (const [net, message] of [
      ['*', 'wildcards grant nothing'],
      ['*.example.org', 'wildcards grant nothing'],
      ['https://api.example.org', 'leave the scheme out'],
      ['http://api.example.org', 'name the port too'],
      ['api.example.org/v1', 'name the host alone'],
    ] as const) {
      const { code, message: said } = failure(() => withFile({ grants: { net: ['a.example', net] } }));
      expect([code, said]).toEqual(['needs_setup', expect.stringContaining(`grants.net.1: "${net}" grants no host`)]);
      expect(said).toContain(message);
    }
    expect(failure(() => withFile({ grants: { packages: ['left-pad@*'] } })).message).toContain('"name@1.2.3"');
  });

  test('takes packages from a folder of the operator alone', () => {
    const folder = tempFolder();
    expect(withFile({}).packagesDir).toBeUndefined();
    expect(withFile({ packages_dir: folder }).packagesDir).toBe(folder);
    expect(withFile({ packages_dir: '~/packages' }).packagesDir).toBe('/home/ada/packages');
    for (const relative of ['packages', './packages', '../packages', ''])
      expect(failure(() => withFile({ packages_dir: relative })).message).toContain('relative path');
  });

  test('refuses a folder of packages where clients may have files written, however it is named', () => {
    const home = tempFolder();
    const elsewhere = tempFolder();
    mkdirSync(join(home, 'exports'));
    symlinkSync(home, join(elsewhere, 'link'));
    for (const packages_dir of [home, join(home, 'exports'), join(elsewhere, 'link')]) {
      writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ packages_dir }));
      const refused = failure(() => loadConfig({ FOUNDRY_HOME: home }, {}, system('/')));
      expect(refused).toMatchObject({
        code: 'needs_setup',
        message: expect.stringContaining('clients may have files'),
      });
    }
    mkdirSync(join(elsewhere, 'node_modules'));
    writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ packages_dir: elsewhere }));
    const inside = { FOUNDRY_HOME: home, FOUNDRY_ROOTS: join(elsewhere, 'node_modules', 'left-pad') };
    expect(failure(() => loadConfig(inside, {}, system('/'))).message).toContain('clients may have files');
    expect(loadConfig({ FOUNDRY_HOME: home }, {}, system('/')).packagesDir).toBe(elsewhere);
  });
});
