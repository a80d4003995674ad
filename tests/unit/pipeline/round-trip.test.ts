import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeParcelLog } from '../../support/parcel-logs.js';
import { runProgram } from '../../support/program.js';
import { tempFolder } from '../../support/temp.js';

interface Line {
  readonly name: string;
  readonly verdict: string;
}

test('what the pipeline and the export wrote is imported by a machine that knows none of the tools', async () => {
  const folder = tempFolder();
  const homeNamed = (name: string): { home: string } => {
    mkdirSync(join(folder, name));
    return { home: join(folder, name) };
  };
  const first = homeNamed('first');
  const out = join(folder, 'out');
  const log = writeParcelLog(folder, 30);
  const made = await runProgram(
    ['pipeline', '--in', log, '--stage', 'all', '--generator', 'induction', '--out', out],
    first,
  );
  expect(made.code, made.stderr).toBe(0);
  const exported = await runProgram(['export', join(folder, 'lib'), '--layout', 'library', '--json'], first);
  expect(exported.code, exported.stderr).toBe(0);
  const { capabilities } = JSON.parse(exported.stdout) as { capabilities: { name: string }[] };
  const names = capabilities.map(({ name }) => name).sort();
  expect(names.length).toBeGreaterThan(0);
  for (const made of ['out', 'lib']) {
    const imported = await runProgram(['import-library', join(folder, made), '--json'], homeNamed(`home-of-${made}`));
    expect(imported.code, imported.stderr).toBe(0);
    const lines = imported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    expect(lines.map(({ name }) => name).sort(), made).toEqual(names);
    expect(
      lines.filter(({ verdict }) => verdict !== 'admitted'),
      imported.stdout,
    ).toEqual([]);
  }
});
