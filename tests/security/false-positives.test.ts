import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRedactionPolicy } from '../../src/evidence/redact.js';
import { projectFolder } from '../support/built.js';

/** The lines of all source files under a folder. */
function linesUnder(folder: string): string[] {
  return readdirSync(join(projectFolder, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|tsx|js|mjs|cjs|py|md)$/.test(entry.name))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
    .filter((line) => line.trim() !== '');
}

/** Lines of which something would be taken out. */
async function touched(lines: readonly string[]): Promise<string[]> {
  const findings = await createRedactionPolicy().search(lines);
  return lines.filter((line) => findings.get(line) !== undefined);
}

describe('redaction of source code', () => {
  it('takes nothing out of our own, but for values that are made up to look real', async () => {
    const lines = ['src', 'db', 'tools', 'resources', 'prompts'].flatMap(linesUnder);
    const found = await touched(lines);
    expect(lines.length).toBeGreaterThan(10_000);
    expect(found.length).toBeLessThan(lines.length * 0.001);
  });

  it('takes something out of fewer than five in a thousand lines of what others wrote, real addresses among them', async () => {
    // One of these tests checks of cards and IBANs: its made-up numbers are found, and rightly.
    const folders = ['zod', 'openai', '@babel', 'ajv', '@secretlint', 'fast-check', 'esbuild', '@types'];
    const lines = folders.map((name) => join('node_modules', name)).flatMap(linesUnder);
    const found = await touched(lines);
    expect(lines.length).toBeGreaterThan(50_000);
    expect(found.length).toBeLessThan(lines.length * 0.005);
  });
});
