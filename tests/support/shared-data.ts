import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './built.js';

/** Recordings that are not part of the project. Where they are absent, the tests that need them say so and skip. */
export function sharedData(name: string): string | undefined {
  const path = join(process.env['FOUNDRY_SHARED_DATA'] ?? join(projectFolder, '..', 'shared', 'data'), name);
  if (existsSync(path)) return path;
  console.warn(`skipped: ${name} is not here; set FOUNDRY_SHARED_DATA to the folder that holds it`);
  return undefined;
}
