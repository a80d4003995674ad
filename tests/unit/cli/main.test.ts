import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { version } from '../../../src/version.js';
import { tempFolder } from '../../support/temp.js';
import { runMain, useEnvironment } from './run-main.js';

let home = '';
beforeEach(() => {
  home = tempFolder();
  useEnvironment(home);
});

const commands = [
  'serve',
  'import',
  'score',
  'pipeline',
  'export',
  'regate',
  'forget',
  'verify',
  'call',
  'demo',
  'doctor',
];

describe('help and version', () => {
  test.each(['help', '--help', '-h'])('%s lists every command on stdout', async (word) => {
    const { code, out, err } = await runMain(word);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const command of commands) expect(out).toMatch(new RegExp(`^  ${command} +\\S`, 'm'));
  });

  test.each(['version', '--version', '-v'])('%s prints the version alone', async (word) => {
    expect(await runMain(word)).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test.each(commands)('%s --help shows how it is used and makes nothing', async (command) => {
    const { code, out, err } = await runMain(command, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`capability-foundry ${command}`);
    expect(existsSync(join(home, 'foundry.db'))).toBe(false);
  });
});

describe('bad usage ends with 2, with the usage on stderr and nothing on stdout', () => {
  test.each([
    [['frobnicate']],
    [['toString']],
    ...commands.map((command) => [[command, '--frob']]),
    [['serve', 'extra']],
    [['doctor', 'extra']],
    [['import']],
    [['import', 'x', '--format', 'word']],
    [['import', 'x', '--source']],
    [['score']],
    [['score', '--all', '--source', 'x']],
    [['score', '--all', '--limit', 'many']],
    [['score', 'run_1', '--override', 'excellent', '--reason', 'x']],
    [['score', 'run_1', '--override', 'accepted']],
    [['score', '--override', 'accepted', '--reason', 'x']],
    [['score', 'run_1', '--source', 'shop', '--override', 'accepted', '--reason', 'x']],
    [['regate']],
    [['regate', 'a', 'b']],
    [['regate', 'a', '--all']],
    [['regate', '--all', '--dependents']],
    [['export']],
    [['export', 'a', 'b']],
    [['verify']],
    [['verify', 'a', 'b']],
    [['call']],
    [['call', 'no_such_tool', '{}']],
    [['call', 'constructor', '{}']],
    [['call', 'score_run', '[]']],
    [['call', 'score_run', '{']],
    [['call', 'search_capabilities', '{}']],
    [['call', 'mine_needs', '{"frob": 1}']],
    [['call', 'foundry_status', '{"job_id": "job_1"}']],
    [['call', 'score_run', '{}', 'more']],
    [['pipeline']],
    [['pipeline', '--in', 'x']],
    [['pipeline', '--out', 'x', '--stage', 'sepc']],
    [['pipeline', '--out', 'x', '--generator', 'agent']],
    [['pipeline', '--out', 'x', '--seed', '1.5']],
    [['pipeline', '--out', 'x', '--target-cluster-size', '0']],
    [['pipeline', '--out', 'x', '--spec-template-mode', 'global']],
    [['pipeline', '--out', 'x', '--stage', 'spec', '--reuse-specs']],
    [['pipeline', '--out', 'x', '--stage', 'cluster', '--clusters-in', 'y']],
    [['demo', '--tickets', '1']],
  ])('%j', async (args) => {
    const { code, out, err } = await runMain(...args);
    expect({ code, out }, err).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/usage: capability-foundry|^capability-foundry /m);
    expect(err).not.toMatch(/\n {4}at /);
    expect(existsSync(join(home, 'foundry.db'))).toBe(false);
  });
});

describe('what fails ends with 1, with what happened and what to do', () => {
  test.each([
    [['import', '/nowhere/at-all.jsonl'], 'not_found'],
    [['score', 'run_unknown'], 'not_found'],
    [['score', 'run_unknown', '--override', 'accepted', '--reason', 'x'], 'not_found'],
    [['export', 'OUT', '--name', 'no_such'], 'not_found'],
    [['verify', '/nowhere'], 'invalid_input'],
    [['call', 'cluster_needs', '{"mining_id": "mining_unknown"}'], 'not_found'],
    [['call', 'call_capability', '{"name": "no_such", "input": {}}'], 'not_found'],
    [['pipeline', '--out', 'OUT', '--in', '/nowhere'], 'not_found'],
    [['pipeline', '--out', 'OUT'], 'invalid_input'],
    [['pipeline', '--out', 'OUT', '--stage', 'spec', '--reuse-clusters', '--in', '/nowhere'], 'not_found'],
    [['pipeline', '--out', 'OUT', '--stage', 'codegen', '--reuse-specs'], 'not_found'],
  ])('%j', async (args, errorCode) => {
    const { code, out, err } = await runMain(...args.map((word) => (word === 'OUT' ? join(home, 'out') : word)));
    expect({ code, out }, err).toEqual({ code: 1, out: '' });
    expect(err).toMatch(new RegExp(`^${errorCode}: .+\\.\\n.+\\.\\n$`, 'm'));
  });

  test('a configuration that is not valid is named before anything is done', async () => {
    writeFileSync(join(home, 'foundry.config.json'), '{"frob": 1}');
    const { code, out, err } = await runMain('score', '--all');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('needs_setup: foundry.config.json is not valid');
  });

  test('a store that is no database says so', async () => {
    writeFileSync(join(home, 'foundry.db'), 'not a database at all, but a text that is long enough'.repeat(40));
    const { code, err } = await runMain('score', '--all');
    expect(code).toBe(1);
    expect(err).toContain('needs_setup: The database file is damaged');
    const doctor = await runMain('doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.out).toMatch(/^store +FAIL +The database file is damaged/m);
  });
});

test('commands leave no listener for the interrupt behind', async () => {
  const before = process.listenerCount('SIGINT');
  await runMain('score', '--all');
  await runMain('import', '/nowhere');
  expect(process.listenerCount('SIGINT')).toBe(before);
});
