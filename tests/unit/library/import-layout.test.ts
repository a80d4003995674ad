import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readLayout } from '../../../src/library/import/layout.js';

const folder = mkdtempSync(join(tmpdir(), 'foundry-layout-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = (name: string): string => JSON.stringify({ kind: 'primitive', name });
const sound = { 'spec.json': spec('Sound'), 'tests.json': '[]', 'code.py': 'x = 1\n' };

function write(artifact: string, files: Record<string, string | Buffer>): string {
  const place = join(folder, 'library', 'primitive', artifact);
  mkdirSync(place, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(place, name), content);
  return place;
}

test('what cannot be read of a library is said of each artefact, with the file and what is wrong with it', async () => {
  write('Sound', sound);
  write('Marked', { ...sound, 'spec.json': `\uFEFF${spec('Marked')}` });
  write('NoSpec', { 'code.py': 'x = 1\n' });
  write('NoJson', { ...sound, 'spec.json': '{"name": ' });
  write('OtherSpec', { ...sound, 'spec.json': '{"name": 5}' });
  write('OtherTests', { ...sound, 'tests.json': '[{"params": 1}]' });
  write('Latin', { ...sound, 'code.py': Buffer.from('# caf\u00e9', 'latin1') });
  write('Large', { ...sound, 'code.py': '#'.repeat(2_000_001) });
  const place = write('LinkedCode', { 'spec.json': spec('LinkedCode'), 'tests.json': '[]' });
  symlinkSync('/etc/hostname', join(place, 'code.py'));
  symlinkSync(join(folder, 'library', 'primitive', 'Sound'), join(folder, 'library', 'primitive', 'LinkedFolder'));
  const index = ['Sound', 'Gone'].map((name) => JSON.stringify({ kind: 'primitive', name })).join('\n');
  writeFileSync(join(folder, 'library_index.jsonl'), `${index}\nno json\n`);
  const found = await readLayout(folder);
  const said = Object.fromEntries(found.map((one) => [one.artifact, one.ok ? 'read' : one.message]));
  expect(said).toEqual({
    Sound: 'read',
    Marked: 'read',
    NoSpec: 'spec.json is missing',
    NoJson: 'spec.json is no JSON',
    OtherSpec: expect.stringContaining('spec.json is no spec of this layout: Invalid input'),
    OtherTests: expect.stringContaining('tests.json is no list of tests of this layout: Invalid input'),
    Latin: 'code.py is not UTF-8',
    Large: 'code.py is larger than 2000000 bytes',
    LinkedCode: 'code.py is a link, and links are not followed',
    LinkedFolder: 'it is a link, and links are not followed',
    Gone: 'library_index.jsonl names it, and library/primitive has no such folder',
  });
});
