import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordHelpdesk } from '../../examples/helpdesk/record.js';
import { contentsOf, makeHome, tablesOf } from '../support/final-state.js';
import { runProgram } from '../support/program.js';
import { tempFolder } from '../support/temp.js';

test('a pipeline that is killed again and again ends as one that never was', { timeout: 240_000 }, async () => {
  const folder = tempFolder();
  const logs = join(folder, 'logs');
  await recordHelpdesk(logs, { seed: 11, tickets: 60 });
  await makeHome(join(folder, 'calm'));
  cpSync(join(folder, 'calm'), join(folder, 'killed'), { recursive: true });
  const run = (name: string, killAfterMs?: number) =>
    runProgram(['pipeline', '--in', logs, '--generator', 'induction', '--out', join(folder, `${name}-out`)], {
      home: join(folder, name),
      ...(killAfterMs !== undefined && { killAfterMs }),
    });

  const calm = await run('calm');
  expect(calm.stderr + calm.stdout, calm.stderr).toContain('admitted');
  expect(calm.code).toBe(0);

  let kills = 0;
  for (let after = 500; ; after = Math.round(after * 1.8)) {
    const ended = await run('killed', after);
    if (ended.signal !== 'SIGKILL') {
      expect(ended.code, ended.stderr).toBe(0);
      break;
    }
    kills++;
    expect(tablesOf(join(folder, 'killed')).integrity).toBe('ok');
  }
  expect(kills).toBeGreaterThanOrEqual(2);
  expect(contentsOf(join(folder, 'killed-out'))).toEqual(contentsOf(join(folder, 'calm-out')));
  expect(tablesOf(join(folder, 'killed'))).toEqual(tablesOf(join(folder, 'calm')));
});
