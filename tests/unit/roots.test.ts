import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRoots } from '../../src/roots.js';
import { tempFolder } from '../support/temp.js';

function layout() {
  const base = tempFolder();
  for (const folder of ['write', 'read', 'secret', 'write-not']) mkdirSync(join(base, folder));
  for (const folder of ['write', 'read', 'secret']) writeFileSync(join(base, folder, 'file'), folder);
  const roots = createRoots([join(base, 'write')], [join(base, 'read')], base);
  return { base, roots };
}

describe('granted folders', () => {
  test('let files in readable and writable folders be read', async () => {
    const { base, roots } = layout();
    expect(await roots.readable(join(base, 'write', 'file'))).toContain('file');
    expect(await roots.readable('read/file')).toContain('file');
  });

  test('keep everything else out: siblings, climbing paths, links, NUL', async () => {
    const { base, roots } = layout();
    symlinkSync(join(base, 'secret'), join(base, 'read', 'link'));
    for (const path of ['secret/file', 'read/../secret/file', 'read/link/file', 'write-not', '/etc/passwd', '/']) {
      await expect(roots.readable(path), path).rejects.toMatchObject({ code: 'path_not_allowed' });
    }
    await expect(roots.readable('read/\0file')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('allow new files only in writable folders, links followed', async () => {
    const { base, roots } = layout();
    symlinkSync(join(base, 'secret'), join(base, 'write', 'out'));
    expect(await roots.writable(join(base, 'write', 'a', 'b', 'c.txt'))).toContain(join('write', 'a', 'b', 'c.txt'));
    for (const path of ['read/new', 'write/../secret/new', 'write/out/new']) {
      await expect(roots.writable(path), path).rejects.toMatchObject({ code: 'path_not_allowed' });
    }
  });

  test('name what is missing without its absolute path', async () => {
    const { base, roots } = layout();
    await expect(roots.readable('read/nothing')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.not.stringContaining(base),
    });
    expect(roots.display(join(base, 'read', 'file'))).toBe('file');
    expect(roots.display(join(base, 'secret', 'file'))).toBe('file');
  });
});
