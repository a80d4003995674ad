import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
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

  test('name the path as it was typed and the granted folders, not where the path leads', async () => {
    const { base, roots } = layout();
    symlinkSync(join(base, 'secret'), join(base, 'read', 'link'));
    await expect(roots.readable('read/link/file')).rejects.toMatchObject({
      message: '"read/link/file" lies outside the folders that this server may read.',
      fix: expect.stringContaining(`Granted are: ${join(base, 'write')}, ${join(base, 'read')}.`),
    });
    await expect(roots.writable('secret/new\nline')).rejects.toMatchObject({
      message: '"secret/new line" lies outside the folders that this server may write.',
      fix: expect.not.stringContaining(join(base, 'read')),
    });
  });

  test('under the home folder are named with ~, which may be said back', async () => {
    const roots = createRoots([join(homedir(), 'logs')], [], '/');
    await expect(roots.writable('/etc/new')).rejects.toMatchObject({ fix: expect.stringContaining(': ~/logs.') });
    expect(await roots.writable('~/logs/new')).toContain(join('logs', 'new'));
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
