import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildVariable, projectFolder } from './built.js';

/**
 * Builds the program once for the tests that start it as a process. Types are not checked here: `npm run check` does that.
 * It goes into a folder of its own inside node_modules, so that `dist/` stays as it is and imports resolve as they do there.
 */
export function setup(): () => void {
  const out = join(projectFolder, 'node_modules', '.cache', `foundry-test-build-${process.pid}`);
  mkdirSync(out, { recursive: true });
  const tsc = join(projectFolder, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', join(projectFolder, 'tsconfig.json'), '--noCheck', '--outDir', join(out, 'dist')];
  execFileSync(process.execPath, [tsc, ...options], { stdio: 'inherit' });
  cpSync(join(projectFolder, 'package.json'), join(out, 'package.json'));
  process.env[buildVariable] = out;
  return () => rmSync(out, { recursive: true, force: true });
}
