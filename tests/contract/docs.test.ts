import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectFolder } from '../support/built.js';

const text = (name: string): string => readFileSync(join(projectFolder, name), 'utf8');
const manifest = JSON.parse(text('package.json')) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

describe('what the documents promise', () => {
  test('every dependency is pinned exactly and has its reason', () => {
    const reasons = text('docs/dependencies.md');
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(reasons, name).toContain(name.startsWith('@types/') ? '@types/*' : name);
    }
  });

  test('the README says in its first screen, in three sentences, what the server is built on', () => {
    const screen = text('README.md').split('\n').slice(0, 20).join('\n');
    expect(screen).toContain('@modelcontextprotocol/server');
    expect(screen).toContain('successor of `@modelcontextprotocol/sdk`');
    expect(screen).toMatch(/Clients of both eras.* are served and tested/);
  });

  test('every npm command that README and AGENTS.md name is there', () => {
    for (const name of ['README.md', 'AGENTS.md']) {
      for (const [, script = ''] of text(name).matchAll(/npm run (?:-s )?([a-z:-]+)/g))
        expect(Object.keys(manifest.scripts), name).toContain(script);
    }
  });

  test('every command of the README exists, and every environment variable is read', () => {
    const readme = text('README.md');
    const main = text('src/cli/main.ts');
    for (const [, command = ''] of readme.matchAll(/^capability-foundry ([a-z-]+)/gm))
      expect(main, command).toMatch(new RegExp(`\\b'?${command}'?:`));
    const config = text('src/config.ts');
    for (const [, variable = ''] of readme.matchAll(/`((?:FOUNDRY|OPENAI)_[A-Z_]+)`/g))
      expect(config, variable).toContain(variable);
  });

  test('every document that is pointed at is there', () => {
    for (const name of ['README.md', 'AGENTS.md']) {
      for (const [, path = ''] of text(name).matchAll(/`((?:docs|src|tests)\/[\w./-]+\.(?:md|ts))`/g))
        expect(() => text(path), `${name}: ${path}`).not.toThrow();
    }
  });

  test('the page of the tools names the keys of arguments that are objects', () => {
    const page = text('docs/tools.md');
    expect(page).toMatch(/^\| `filter` \| object of `source`\? \(string\), .*`until`\? \(string\) \|/m);
    expect(page).toMatch(/^\| `split` \| object of `train` \(number\), `validation` \(number\), `test` \(number\) \|/m);
    expect(page).toMatch(/^\| `suggest` \| object of `run_id` \(string\), `category` \(one of `accepted`, /m);
  });

  test('every key of the configuration file is documented', () => {
    const operations = text('docs/operations.md');
    const config = text('src/config.ts');
    const keys = [...config.matchAll(/^ {2}([a-z_]+): (?:z|price)/gm)].map(([, key]) => key ?? '');
    expect(keys.length).toBeGreaterThan(8);
    for (const key of keys) expect(operations, key).toContain(key);
  });
});
