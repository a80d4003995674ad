import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FoundryError } from '../errors.js';
import type { LibraryDeps } from './deps.js';
import type { CapabilityVersion } from './model.js';
import { skillFilesOf, skillNameOf } from './skill-files.js';

async function existing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Writes the Agent Skill of a version into `<outputDir>/<name>`. Every file's real path must lie in a granted folder, so a
 * link inside the folder leads nowhere else; a skill of another origin is not overwritten.
 * @returns the paths that were written
 * @throws FoundryError path_not_allowed, conflict
 */
export async function exportSkill(
  { config, roots }: Pick<LibraryDeps, 'config' | 'roots'>,
  capability: CapabilityVersion,
  outputDir: string | undefined,
): Promise<string[]> {
  const name = skillNameOf(capability.name);
  const folder = join(await roots.writable(outputDir ?? join(config.home, 'exports', 'skills')), name);
  const files = skillFilesOf(capability);
  const paths: [string, string][] = [];
  for (const [relative, text] of Object.entries(files)) {
    paths.push([await roots.writable(join(folder, relative)), text]);
  }
  const there = await existing(join(folder, 'SKILL.md'));
  if (there !== undefined && !there.includes(`\n  capability: ${JSON.stringify(capability.name)}\n`)) {
    throw new FoundryError(
      'conflict',
      `A skill named ${name} that did not come from this library is in that folder.`,
      'Give another output_dir, or move that skill away.',
    );
  }
  for (const [path, text] of paths) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return paths.map(([path]) => path);
}
