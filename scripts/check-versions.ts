import { readFileSync } from 'node:fs';
import { version } from '../src/version.js';

// The version stands in package.json, in the program and at the head of the changelog: they must agree.
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8');
const head = /^## (\d+\.\d+\.\d+)/m.exec(changelog)?.[1];

const found = { 'package.json': manifest.version, 'src/version.ts': version, 'CHANGELOG.md': head };
if (new Set(Object.values(found)).size !== 1) {
  console.error('The versions differ:', found);
  process.exitCode = 1;
}
