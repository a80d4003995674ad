import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Where the global setup puts the build that tests start as a process. */
export const builtFolder = join(projectFolder, 'node_modules', '.cache', 'foundry-test-build');

/** The built program. */
export const builtProgram = join(builtFolder, 'dist', 'src', 'bin.js');
