import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configFileSchema } from '../../../src/config.js';
import { denoBinary } from '../../../src/gate/runtimes/typescript/deno-binary.js';
import { tempFolder } from '../../support/temp.js';
import { openSandbox, runOnce } from './support.js';

function refusal(message: string): unknown {
  return expect.objectContaining({ code: 'sandbox_unavailable', message: expect.stringContaining(message) });
}

describe('the Deno binary', () => {
  test.each([
    ['linux x64 with musl', { platform: 'linux', arch: 'x64', musl: true }],
    ['linux riscv64', { platform: 'linux', arch: 'riscv64', musl: false }],
    ['freebsd x64', { platform: 'freebsd', arch: 'x64', musl: false }],
  ] as const)('is none for %s, and the refusal says what helps', (name, machine) => {
    expect(() => denoBinary(undefined, machine)).toThrowError(refusal(name));
    expect(() => denoBinary(undefined, machine)).toThrowError(
      expect.objectContaining({ fix: expect.stringContaining('gate.deno_path') }),
    );
  });

  test('that the package would have and npm has not installed is told so', () => {
    const other = process.platform === 'win32' ? 'darwin' : 'win32';
    expect(() => denoBinary(undefined, { platform: other, arch: 'x64', musl: false })).toThrowError(
      refusal('is not installed'),
    );
  });

  test("may be the operator's own, also where the package has none", () => {
    const own = denoBinary();
    expect(denoBinary(own, { platform: 'linux', arch: 'x64', musl: true })).toBe(own);
    expect(() => denoBinary('/nonexistent/deno')).toThrowError(refusal('does not exist'));
  });

  test('is configured by an absolute path', () => {
    expect(configFileSchema.safeParse({ gate: { deno_path: '/usr/bin/deno' } }).success).toBe(true);
    expect(configFileSchema.safeParse({ gate: { deno_path: 'deno' } }).success).toBe(false);
  });
});

describe.skipIf(process.platform === 'win32')('a configured binary', () => {
  function program(lines: string): string {
    const path = join(tempFolder(), 'deno');
    writeFileSync(path, `#!/bin/sh\n${lines}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  test('runs candidates', async () => {
    const sandbox = openSandbox({ deno_path: denoBinary() });
    onTestFinished(() => sandbox.close());
    expect(await runOnce(sandbox, 'export async function execute() { return 1; }')).toMatchObject({ value: 1 });
  });

  test.each([
    ['another Deno', `echo '{"hello":{"deno":"1.46.3","v8":"12","target":"t","granted":[]}}'; cat`, 'is Deno 1.46.3'],
    ['no Deno', 'exit 0', 'does not start'],
  ])('that is %s is refused', async (_what, lines, message) => {
    const sandbox = openSandbox({ deno_path: program(lines) });
    onTestFinished(() => sandbox.close());
    await expect(sandbox.open('')).rejects.toThrowError(refusal(message));
    expect(await sandbox.health()).toMatchObject({ available: false, isolation: [] });
  });
});
if (process.platform === 'win32') console.warn('skipped: the tests of a configured binary write shell scripts');
