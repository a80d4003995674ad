import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a raw answer into the debug folder, if there is one. The same question overwrites its own file only. */
export async function saveRaw(dir: string | undefined, name: string, text: string): Promise<void> {
  if (dir === undefined) return;
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, `${name.replace(/[^a-zA-Z0-9._-]/g, '_').slice(0, 120)}.txt`), text);
}
