import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { importCommand } from '../../../src/cli/import.js';
import { loadConfig } from '../../../src/config.js';
import { createServices } from '../../../src/services.js';
import { parcelRuns, writeParcelLog } from '../../support/parcel-logs.js';
import { runProgram } from '../../support/program.js';
import { tempFolder } from '../../support/temp.js';
import { runMain, useEnvironment } from './run-main.js';

function desk(): { home: string; folder: string; log: string } {
  const folder = tempFolder();
  const home = join(folder, 'home');
  useEnvironment(home);
  return { home, folder, log: writeParcelLog(folder) };
}

const total = parcelRuns.accepted + parcelRuns.rejected;

test('import reads a path that was typed, wherever it lies, and says what it did as a table', async () => {
  const { log } = desk();
  const { code, out } = await runMain('import', log);
  expect(code, out).toBe(0);
  expect(out).toMatch(/^format +openai_chat$/m);
  expect(out).toMatch(new RegExp(`^runs +${total}$`, 'm'));
  expect(out).toMatch(/^receipt +receipt_/m);
  const again = JSON.parse((await runMain('import', log, '--json')).out);
  expect(again).toMatchObject({ imported: 0, runs: total, rejected: 0 });
  expect(again.duplicates).toBe(again.records_read);
});

test('import --dry-run stores nothing and shows what is there', async () => {
  const { home, log } = desk();
  const { code, out } = await runMain('import', log, '--dry-run');
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^find_order +${total} +0 +[1-9]\\d*$`, 'm'));
  expect(out).toMatch(/^would import +\d+$/m);
  expect(out).toContain('Nothing was stored (dry run).');
  expect(out).not.toContain('receipt');
  const counts = JSON.parse((await runMain('call', 'foundry_status')).out).counts ?? {};
  expect(counts.runs ?? 0).toBe(0);
  expect(existsSync(join(home, 'receipts'))).toBe(false);
});

test('import of several paths reports each until one cannot be read, and names every line that it refused', async () => {
  const { folder, log } = desk();
  const [broken, foreign] = [join(folder, 'broken.jsonl'), join(folder, 'foreign.txt')];
  writeFileSync(broken, `${readFileSync(log, 'utf8').split('\n').slice(0, 2).join('\n')}\n{broken\n`);
  writeFileSync(foreign, 'Dear diary.\n');
  const { code, out, err } = await runMain('import', log, broken, foreign);
  expect(code).toBe(1);
  expect(out.match(/^receipt /gm)).toHaveLength(2);
  expect(out).toMatch(/^ {2}rejected \S*broken\.jsonl:3: \S/m);
  expect(err).toMatch(/^unsupported_format: foreign\.txt /m);
  const nowhere = join(folder, 'no', 'where');
  expect((await runMain('import', nowhere)).err).toContain(`not_found: Nothing is at ${nowhere}.`);
});

test('score judges, lists and takes a word of a person', async () => {
  const { log } = desk();
  await runMain('import', log, '--source', 'parcels');
  const { code, out } = await runMain('score', '--source', 'parcels', '--limit', '2');
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^accepted +${parcelRuns.accepted}$`, 'm'));
  expect(out.match(/^run_\S+ +(accepted|rejected) /gm)).toHaveLength(2);
  expect((await runMain('score', '--all')).out).toMatch(/^scored 0 runs/m);
  const cursor = out.match(/^2 are shown; the next: the same command with --cursor (\S+)$/m)?.[1] ?? '';
  const next = (await runMain('score', '--source', 'parcels', '--limit', '2', '--cursor', cursor)).out;
  const runsIn = (text: string): string[] => text.match(/\brun_[0-9a-f]{16}\b/g) ?? [];
  expect(runsIn(next)).toHaveLength(2);
  expect(runsIn(next)).not.toEqual(expect.arrayContaining(runsIn(out).slice(0, 1)));

  const listed = JSON.parse((await runMain('score', '--source', 'parcels', '--json')).out);
  const rejected = listed.runs.find((run: { category: string }) => run.category === 'rejected').run_id;
  const word = await runMain('score', rejected, '--override', 'accepted', '--reason', 'the parcel came');
  expect(word).toMatchObject({ code: 0, out: `${rejected} is now accepted: the parcel came\n` });
  const after = JSON.parse((await runMain('score', rejected, '--json')).out);
  expect(after.runs[0]).toMatchObject({ run_id: rejected, category: 'accepted' });
  expect(after.runs[0].reasons.join()).toContain('the parcel came');

  const [one, other] = listed.runs.map((run: { run_id: string }) => run.run_id);
  const both = await runMain('score', one, other, one, '--override', 'rejected', '--reason', 'rude', '--json');
  expect(both.out.trim().split('\n')).toEqual(
    [one, other].map((run_id) => JSON.stringify({ run_id, category: 'rejected', reason: 'rude' })),
  );
  const none = await runMain('score', one, 'run_unknown', '--override', 'accepted', '--reason', 'x');
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining('not_found') });
  expect(JSON.parse((await runMain('score', one, '--json')).out).runs[0].category).toBe('rejected');
});

test('score takes a rule file, names it in its receipt, and refuses a broken one with the line', async () => {
  const { folder, log } = desk();
  await runMain('import', log, '--source', 'parcels');
  const rules = join(folder, 'rules.json');
  const rule = { id: 'late', severity: 'info', message: 'Looked.', when: { call: { tool: 'find_order' } } };
  writeFileSync(rules, JSON.stringify({ rules: [rule] }));
  const scored = JSON.parse((await runMain('score', '--all', '--rules', rules, '--json')).out);
  expect(scored.scorer_version).toMatch(/^deterministic@3\+/);
  expect(scored.runs[0].reasons).toContainEqual(expect.stringMatching(/^rule:late \(record \d+\): Looked\.$/));
  const receipts = (await runMain('records', 'receipt')).out;
  expect(receipts).toMatch(/"inputs":\[\{"path":"rules.json","sha256":"[0-9a-f]{64}"/);
  writeFileSync(rules, '{\n"rules": [\n{}]}');
  const refused = await runMain('score', '--all', '--rules', rules);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(/^needs_setup: The scorer rules in rules.json are not valid at line 3, rules.0.id: /);
  expect((await runMain('records', 'receipt')).out).toMatch(/"errors":\["needs_setup: The scorer rules/);
});

test('a pipeline, an export, a call and a data set that is verified', async () => {
  const { home, folder, log } = desk();
  const out = join(folder, 'out');
  const args = ['pipeline', '--in', log, '--generator', 'induction', '--out', out];
  const ran = await runMain(...args);
  expect(ran.code, ran.err).toBe(0);
  expect(ran.out).toMatch(/^find_order_and_track_parcel +admitted$/m);
  expect(ran.out).toMatch(/^admitted +1$/m);
  expect(ran.err).toMatch(/^codegen: done$/m);
  const told = JSON.parse((await runMain(...args, '--json')).out);
  expect(told).toMatchObject({ stage: 'all', out, specs: 1, admitted: 1, refused: 0 });
  const { name } = told.results[0];

  const { text, uri } = JSON.parse((await runMain('call', 'read', `{"uri": "capability://${name}"}`)).out);
  expect(uri).toBe(`capability://${name}`);
  expect(text).toContain(name);
  expect((await runMain('call', 'read', '{"uri": "capability://nope"}')).err).toMatch(/^not_found: /);

  const skills = join(folder, 'skills');
  const exported = await runMain('export', skills);
  expect(exported.out).toMatch(new RegExp(`^${name} +1 +\\w+ +\\d+$`, 'm'));
  expect(readdirSync(join(skills, name.replaceAll('_', '-')))).toContain('SKILL.md');
  expect(JSON.parse((await runMain('export', skills, '--name', name, '--json')).out)).toEqual({
    folder: skills,
    capabilities: [{ name, version: 1 }],
  });

  const found = JSON.parse((await runMain('call', 'search_capabilities', '{"query": "track a parcel"}')).out);
  expect(found.results[0]).toMatchObject({ name, ready: false });
  const built = await runMain('call', 'build_sft', '{"name": "parcels", "wait_ms": 0}');
  expect(JSON.parse(built.out).rows, built.err).toBeGreaterThan(0);
  const dataset = join(home, 'exports', 'parcels');
  expect(await runMain('verify', dataset)).toMatchObject({ code: 0, out: expect.stringMatching(/ 0 problems\n$/) });

  const rows = JSON.parse(built.out).files[0].path;
  writeFileSync(rows, readFileSync(rows, 'utf8').replace('parcel', 'PARCEL'));
  const damaged = await runMain('verify', dataset, '--json');
  expect(damaged.code).toBe(1);
  expect(JSON.parse(damaged.out).problems.length).toBeGreaterThan(0);
});

test('an empty library exports nothing and says so', async () => {
  const { folder } = desk();
  expect(await runMain('export', join(folder, 'skills'))).toMatchObject({
    code: 0,
    out: 'The library is empty: there is nothing to export.\n',
  });
});

test('doctor shows each check, and --json the same', async () => {
  const { home } = desk();
  const { code, out } = await runMain('doctor');
  expect(code, out).toBe(0);
  expect(out).toContain(home);
  for (const check of [
    'node',
    'data folder',
    'store',
    'sandbox typescript',
    'sandbox python',
    'required isolation',
    'chat model',
    'tool servers',
    'granted hosts',
    'granted packages',
  ])
    expect(out).toMatch(new RegExp(`^${check} +ok +\\S`, 'm'));
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(110);
  const told = JSON.parse((await runMain('doctor', '--json')).out);
  expect(told.ok).toBe(true);
  expect(told.checks).toHaveLength(12);
  expect(told.sandboxes).toMatchObject([
    { language: 'typescript', available: true, required: ['process', 'deno_permissions'], missing: [] },
    { language: 'python', available: true, required: ['process', 'deno_permissions'], missing: [] },
  ]);
  for (const { walls, absent } of told.sandboxes) {
    expect(walls).toEqual(expect.arrayContaining(['process', 'deno_permissions', 'heap_limit']));
    for (const { wall, why } of absent) expect(out.replace(/\s+/g, ' ')).toContain(`${wall} (${why}`);
  }
});

test('doctor fails where a required wall is missing, and says for which language and why', async () => {
  const { home } = desk();
  // Nothing that builds walls is on this path.
  vi.stubEnv('PATH', tempFolder());
  mkdirSync(home);
  const gate = { required_isolation: ['process', 'bubblewrap', 'context_per_call'] };
  writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ gate }));
  const { code, out } = await runMain('doctor');
  expect(code, out).toBe(1);
  expect(out).toMatch(/^sandbox typescript +FAIL /m);
  expect(out).toMatch(/^sandbox python +FAIL /m);
  const plain = out.replace(/\s+/g, ' ');
  expect(plain).toContain(
    'required isolation FAIL process, bubblewrap, context_per_call; not to be had: bubblewrap (typescript), bubblewrap (python)',
  );
  const told = JSON.parse((await runMain('doctor', '--json')).out);
  expect(told.ok).toBe(false);
  const why = process.platform === 'linux' ? 'bwrap is not installed' : 'not for this platform';
  for (const { available, walls, missing, absent } of told.sandboxes) {
    expect({ available, missing }).toEqual({ available: false, missing: ['bubblewrap'] });
    expect(walls).toContain('process');
    expect(absent).toContainEqual({ wall: 'bubblewrap', why });
  }
});

describe('import of logs outside of consent.allow', () => {
  const outside = () => {
    const { home, log } = desk();
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ consent: { allow: ['/nowhere'] } }));
    return log;
  };

  test('ends with the flag and the line to add, where nobody can be asked', async () => {
    const { code, out, err } = await runMain('import', outside());
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^needs_setup: These logs are of a project folder .*\n.*--consent.*consent\.allow/m);
  });

  test('takes them with --consent', async () => {
    const { code, out } = await runMain('import', outside(), '--consent', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ rejected: 0, ignored: 0 });
  });

  test('takes them where the person at the terminal says yes, who sees what they are', async () => {
    for (const yes of [true, false]) {
      const log = outside();
      const questions: string[] = [];
      const context = {
        args: [log],
        signal: AbortSignal.timeout(60_000),
        out: () => undefined,
        err: () => undefined,
        isTerminal: false,
        stdin: process.stdin,
        ask: async (question: string) => questions.push(question) > 0 && yes,
        services: () => {
          const services = createServices(loadConfig(), { jobs: 'none' });
          onTestFinished(() => services.close());
          return services;
        },
      };
      const ended = await importCommand.run(context).catch((error: unknown) => error);
      if (yes) expect(ended).toBe(0);
      else expect(ended).toMatchObject({ code: 'needs_setup' });
      expect(questions).toEqual([expect.stringContaining(dirname(log))]);
    }
  });
});

test('a reader that has had enough of the output is no failure', async () => {
  const { home } = desk();
  const ended = await runProgram(['score', '--all'], { home, onStart: (child) => child.stdout?.destroy() });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
});
