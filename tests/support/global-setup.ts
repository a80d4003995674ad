import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder, projectFolder } from './built.js';

/**
 * Builds the program once for the tests that start it as a process.
 * It goes to a folder of its own inside node_modules, so that `dist/` stays what `npm run build` made and imports resolve as they do there.
 */
export function setup(): void {
  const root = projectFolder;
  const out = builtFolder;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      join(root, 'tsconfig.json'),
      '--outDir',
      join(out, 'dist'),
    ],
    { stdio: 'inherit' },
  );
  cpSync(join(root, 'package.json'), join(out, 'package.json'));
}
