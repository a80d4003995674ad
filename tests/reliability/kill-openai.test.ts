import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKept } from '../../db/sqlite/kept.js';
import { recordHelpdesk } from '../../examples/helpdesk/record.js';
import { hashOf } from '../../src/hash.js';
import { type FakeOpenai, fakeOpenai } from '../support/fake-openai.js';
import { contentsOf, makeHome, tablesOf } from '../support/final-state.js';
import { modelAuthor, stageOf } from '../support/model-author.js';
import { type Ended, runProgram } from '../support/program.js';
import { tempFolder } from '../support/temp.js';

interface Bench {
  readonly folder: string;
  readonly server: FakeOpenai;
  /** The process that runs now gets the signal when the endpoint hears its request of that number, which stays unanswered. */
  signalAt(request: number, signal: NodeJS.Signals): void;
  run(name: string): Promise<Ended>;
}

/** Two data folders, `calm` and `killed`, that start alike: the logs are imported and clustered in both. */
async function openBench(): Promise<Bench> {
  const folder = tempFolder();
  const logs = join(folder, 'logs');
  await recordHelpdesk(logs, { seed: 11, tickets: 40 });
  let child: ChildProcess | undefined;
  let due: { request: number; signal: NodeJS.Signals } | undefined;
  const server = await fakeOpenai((request, at) => {
    if (due?.request !== at) return modelAuthor(request);
    child?.kill(due.signal);
    return { kind: 'stall', at: 'silent' };
  });
  const run = (name: string, ...more: string[]) =>
    runProgram(
      ['pipeline', '--in', logs, '--target-cluster-size', '4', '--out', join(folder, `${name}-out`), ...more],
      {
        home: join(folder, name),
        env: { OPENAI_BASE_URL: server.url, FOUNDRY_CHAT_MODEL: 'small' },
        onStart: (started) => {
          child = started;
        },
      },
    );
  await makeHome(join(folder, 'calm'));
  const clustered = await run('calm', '--stage', 'cluster');
  expect(clustered.code, clustered.stderr).toBe(0);
  cpSync(join(folder, 'calm'), join(folder, 'killed'), { recursive: true });
  return {
    folder,
    server,
    signalAt: (request, signal) => {
      due = { request, signal };
    },
    run: (name) => run(name, '--generator', 'openai'),
  };
}

/** Hashes of the questions whose answers are stored, one for each answer that came from the endpoint. */
function storedAnswers(home: string): string[] {
  const db = openKept(join(home, 'foundry.db'), { readonly: true });
  const rows = db.prepare('SELECT request_hash FROM model_calls WHERE cached = 0 AND response IS NOT NULL').all();
  db.close();
  return (rows as { request_hash: string }[]).map((row) => row.request_hash);
}

test('a pipeline that is killed while it asks a model ends alike, and asks no stored answer again', {
  timeout: 240_000,
}, async () => {
  const { folder, server, signalAt, run } = await openBench();
  const killed = join(folder, 'killed');
  const calm = await run('calm');
  expect(calm.stdout, calm.stderr).toMatch(/^look_up_by_\w+ +admitted$/m);
  const questions = new Set(server.requests.map(({ body }) => hashOf(body)));
  const specs = server.requests.filter((request) => stageOf(request) === 'spec').length;
  expect(server.requests).toHaveLength(questions.size);

  const before = server.requests.length;
  // The first question, one in the middle of the specs, a repair of code, and the last.
  const moments = [0, Math.floor(specs / 2), specs + 1, questions.size - 1];
  for (const moment of moments) {
    const answered = existsSync(join(killed, 'foundry.db')) ? storedAnswers(killed).length : 0;
    // Requests that are under way beside the one that kills are lost with it, so later moments move along.
    signalAt(server.requests.length + moment - answered, 'SIGKILL');
    expect((await run('killed')).signal).toBe('SIGKILL');
    expect(tablesOf(killed).integrity).toBe('ok');
  }
  const lost = server.requests.length - before - storedAnswers(killed).length;
  const ended = await run('killed');
  expect(ended.code, ended.stderr).toBe(0);

  const stored = storedAnswers(killed);
  expect(server.requests.length - before - stored.length).toBe(lost);
  expect(new Set(stored).size).toBe(stored.length);
  expect(stored).toHaveLength(questions.size);
  expect(new Set(server.requests.map(({ body }) => hashOf(body)))).toEqual(questions);
  expect(contentsOf(join(folder, 'killed-out'))).toEqual(contentsOf(join(folder, 'calm-out')));
  expect(tablesOf(killed)).toEqual(tablesOf(join(folder, 'calm')));
  // The calls of the killed runs are told as well.
  const usage = JSON.parse(readFileSync(join(folder, 'killed-out', 'llm_usage_summary.json'), 'utf8'));
  expect(usage.calls - usage.cached).toBe(stored.length);
});

test('a pipeline that is interrupted ends with 130, keeps its work, and goes on when started again', {
  timeout: 240_000,
}, async () => {
  const { folder, server, signalAt, run } = await openBench();
  signalAt(4, 'SIGINT');
  const interrupted = await run('killed');
  expect(interrupted.code, interrupted.stderr).toBe(130);
  expect(interrupted.stdout).toBe('');
  expect(interrupted.stderr).toMatch(/^Interrupted\. What was finished is kept/m);
  expect(readFileSync(join(folder, 'killed-out', 'progress.log'), 'utf8')).toMatch(/all interrupted$/m);
  const kept = storedAnswers(join(folder, 'killed'));
  expect(kept.length).toBeGreaterThan(0);
  const asked = server.requests.length;
  const ended = await run('killed');
  expect(ended.code, ended.stderr).toBe(0);
  const stored = storedAnswers(join(folder, 'killed'));
  expect(new Set(stored).size).toBe(stored.length);
  expect(server.requests.length - asked).toBe(stored.length - kept.length);
});

test('an interrupt in work without a model ends with 130', async () => {
  const folder = tempFolder();
  await recordHelpdesk(join(folder, 'logs'), { seed: 11, tickets: 90 });
  const out = join(folder, 'out');
  const ended = await runProgram(['pipeline', '--in', join(folder, 'logs'), '--generator', 'induction', '--out', out], {
    home: join(folder, 'home'),
    onStart: (child) => child.stderr?.once('data', () => child.kill('SIGINT')),
  });
  expect(ended.code, ended.stderr).toBe(130);
  expect(tablesOf(join(folder, 'home')).integrity).toBe('ok');
});
