import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bundlePackages } from '../../../src/packages/bundle.js';
import { packageProblems } from '../../../src/packages/installed.js';
import { installPackages, writePackages } from '../../support/packages.js';

const { folder, remove } = installPackages();
const outside = mkdtempSync(join(tmpdir(), 'foundry-outside-'));
afterAll(() => {
  remove();
  rmSync(outside, { recursive: true, force: true });
});

const refusal = async (...specifiers: string[]): Promise<string> => {
  const result = await bundlePackages(folder, specifiers);
  return result.ok ? 'bundled' : result.message;
};

describe('a bundle', () => {
  test('holds the packages and what they depend on, under their versions', async () => {
    const bundle = await bundlePackages(folder, ['@some/words', '@some/words/deep', 'double-it']);
    if (!bundle.ok) throw new Error(bundle.message);
    expect(bundle.names).toEqual(['@some/words@2.0.0', 'double-it@1.2.3', 'times-it@0.1.0']);
    expect(bundle.text).toContain('var candidate_packages');
    expect(bundle.text).not.toContain(folder);
    expect(bundle.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('does not depend on where the folder lies, and changes with what is in it', async () => {
    const first = await bundlePackages(folder, ['double-it']);
    cpSync(folder, join(outside, 'copy'), { recursive: true });
    expect(await bundlePackages(join(outside, 'copy'), ['double-it'])).toMatchObject({
      sha256: first.ok ? first.sha256 : '',
    });
    writeFileSync(join(outside, 'copy', 'node_modules', 'times-it', 'index.js'), 'exports.times = () => 0;');
    const changed = await bundlePackages(join(outside, 'copy'), ['double-it']);
    expect(changed.ok && first.ok && changed.sha256 !== first.sha256).toBe(true);
  });

  test.each([
    ['reads-files', 'the package reads-files needs the Node built-in node:fs, which the sandbox does not have'],
    ['needs-fs', 'the package reads-files needs the Node built-in node:fs, which the sandbox does not have'],
    ['stray', 'the package stray imports times-it, which it does not depend on'],
    ['nothing-here', 'the code imports nothing-here, which is not installed in packages_dir'],
    ['double-it/../times-it/index.js', 'which is no part of it'],
    ['@some/words/a.js', 'the code imports @some/words/a.js'],
  ])('is not made of %s', async (specifier, message) => {
    expect(await refusal(specifier)).toContain(message);
  });

  test('is not made of what lies outside of the folder, whatever leads there', async () => {
    writeFileSync(join(outside, 'secret.js'), 'module.exports = "secret";');
    writePackages(folder, {
      'by-path/package.json': { version: '1.0.0' },
      'by-path/index.js': `module.exports = require(${JSON.stringify(join(outside, 'secret.js'))});`,
      'by-link/package.json': { version: '1.0.0' },
      'by-link/index.js': "module.exports = require('./linked.js');",
    });
    symlinkSync(join(outside, 'secret.js'), join(folder, 'node_modules', 'by-link', 'linked.js'));
    writePackages(outside, { 'whole/package.json': { version: '1.0.0' }, 'whole/index.js': 'module.exports = 1;' });
    symlinkSync(join(outside, 'node_modules', 'whole'), join(folder, 'node_modules', 'whole'));
    for (const name of ['by-path', 'by-link', 'whole'])
      expect(await refusal(name), name).toContain('a file outside of packages_dir is asked for');
  });

  test('is not made of packages in a folder above', async () => {
    const inner = join(folder, 'inner');
    writePackages(inner, { 'empty/package.json': { version: '1.0.0' } });
    const result = await bundlePackages(inner, ['double-it']);
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('outside of packages_dir') });
  });
});

test('each thing that stands against a package is told with the key that mends it', async () => {
  const problemOf = async (declared: string, granted: string[], where: string | undefined = folder) => {
    const [problem] = await packageProblems([declared], { granted, folder: where });
    return problem && `${problem.key}: ${problem.message}`;
  };
  expect(await problemOf('double-it', ['double-it'])).toBeUndefined();
  expect(await problemOf('double-it@1.2.3', ['double-it@1.2.3'])).toBeUndefined();
  expect(await problemOf('double-it', ['times-it'])).toMatch(/^grants\.packages: .*double-it is not granted/);
  expect(await problemOf('double-it', ['double-it@1.0.0'])).toMatch(/^grants\.packages: .*in version 1\.2\.3/);
  expect(await problemOf('double-it@1.0.0', ['double-it'])).toMatch(/^packages_dir: the spec asks for .*1\.2\.3/);
  expect(await problemOf('nothing-here', ['nothing-here'])).toMatch(/^packages_dir: .*not installed/);
  const [problem] = await packageProblems(['double-it'], { granted: ['double-it'], folder: undefined });
  expect(problem).toMatchObject({ key: 'packages_dir', message: expect.stringContaining('names no folder') });
});
