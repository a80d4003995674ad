import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codeSha, commitOf } from '../../../src/receipts/code-sha.js';
import { tempFolder } from '../../support/temp.js';

const [one, two] = ['1'.repeat(40), '2'.repeat(40)];

function checkout(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('the commit of a checkout', () => {
  test('is that of the branch, of a packed branch, or the head itself', () => {
    const head = 'ref: refs/heads/feature/a\n';
    expect(commitOf(checkout({ '.git/HEAD': head, '.git/refs/heads/feature/a': `${one}\n` }))).toBe(one);
    const packed = `# pack-refs with: peeled\n${two} refs/heads/a\n${one} refs/heads/feature/a\n`;
    expect(commitOf(checkout({ '.git/HEAD': head, '.git/packed-refs': packed }))).toBe(one);
    const moved = { '.git/HEAD': head, '.git/packed-refs': packed, '.git/refs/heads/feature/a': two };
    expect(commitOf(checkout(moved))).toBe(two);
    expect(commitOf(checkout({ '.git/HEAD': `${two}\n` }))).toBe(two);
  });

  test('is found from a linked work tree', () => {
    const folder = checkout({
      'main/.git/worktrees/side/HEAD': 'ref: refs/heads/side\n',
      'main/.git/worktrees/side/commondir': '../..\n',
      'main/.git/refs/heads/side': `${one}\n`,
      'side/.git': 'gitdir: ../main/.git/worktrees/side\n',
    });
    expect(commitOf(join(folder, 'side'))).toBe(one);
  });

  test('is null without git, in a folder below a checkout, on an unborn branch, and for a ref that leads elsewhere', () => {
    expect(commitOf(tempFolder())).toBeNull();
    const folder = checkout({ '.git/HEAD': `${one}\n`, 'node_modules/some/file': '' });
    expect(commitOf(join(folder, 'node_modules/some'))).toBeNull();
    expect(commitOf(checkout({ '.git/HEAD': 'ref: refs/heads/main\n' }))).toBeNull();
    const climbing = { '.git/HEAD': 'ref: refs/../../secret\n', secret: one };
    expect(commitOf(checkout(climbing))).toBeNull();
  });

  test('of the code that runs is a hash or null', () => {
    expect(codeSha() ?? '0'.repeat(40)).toMatch(/^[0-9a-f]{40}$/);
  });
});
