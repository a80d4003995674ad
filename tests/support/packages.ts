import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files of a folder with node_modules by their paths under it; a value that is no text is written as JSON. */
export type PackageFiles = Readonly<Record<string, string | object>>;

/** What an operator might have installed: plain packages of both module systems, and some that do not fit a sandbox. */
export const somePackages: PackageFiles = {
  'double-it/package.json': { name: 'double-it', version: '1.2.3', dependencies: { 'times-it': '^0.1.0' } },
  'double-it/index.js':
    "const { times } = require('times-it');\nmodule.exports = (x) => times(x, 2);\nmodule.exports.unit = 2;",
  'times-it/package.json': { name: 'times-it', version: '0.1.0' },
  'times-it/index.js': 'exports.times = (x, by) => x * by;',
  '@some/words/package.json': {
    name: '@some/words',
    version: '2.0.0',
    type: 'module',
    exports: { '.': { import: './a.js' }, './deep': './deep.js' },
  },
  '@some/words/a.js':
    "export default (text) => text.split(' ');\nexport const count = (text) => text.split(' ').length;",
  '@some/words/deep.js': 'export const deep = 7;',
  'reads-files/package.json': { name: 'reads-files', version: '1.0.0' },
  'reads-files/index.js':
    "const fs = require('node:fs');\nmodule.exports = () => fs.readFileSync('/etc/passwd', 'utf8');",
  'needs-fs/package.json': { name: 'needs-fs', version: '1.0.0', dependencies: { 'reads-files': '*' } },
  'needs-fs/index.js': "module.exports = require('reads-files');",
  'stray/package.json': { name: 'stray', version: '1.0.0' },
  'stray/index.js': "module.exports = require('times-it');",
  'evil/package.json': { name: 'evil', version: '6.6.6' },
  'evil/index.js':
    "exports.run = (text) => (0, eval)(text);\nexports.seen = () => [typeof Deno, typeof process, typeof fetch].join();\nexports.poll = () => Date.now() + ':' + Math.random();",
};

export function writePackages(folder: string, files: PackageFiles): void {
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, 'node_modules', path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** A folder with packages, and how to be rid of it. */
export function installPackages(files: PackageFiles = somePackages): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-packages-'));
  writePackages(folder, files);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
