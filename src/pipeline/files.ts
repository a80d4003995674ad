import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FoundryError } from '../errors.js';
import { isJsonObject, type JsonObject, tryParseJson } from '../json.js';

/** Writes whole or not at all: beside the target first, then renamed onto it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.partial`;
  await writeFile(beside, text);
  await rename(beside, path);
}

export function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** @throws FoundryError not_found, invalid_input with the line that is wrong */
export async function readJsonLines(path: string, madeBy: string): Promise<JsonObject[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw new FoundryError(
      'not_found',
      `There is no file ${path}.`,
      `Run ${madeBy} first, or name the file of another run.`,
    );
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const row = tryParseJson(line);
    if (!isJsonObject(row))
      throw new FoundryError(
        'invalid_input',
        `${path}:${index + 1} is not a JSON object.`,
        'Mend the line or write the file anew.',
      );
    return [row];
  });
}

/** What an earlier run left in its folder about where its results are. */
export interface PipelineState {
  readonly mining_id?: string;
  readonly clustering_id?: string;
}

const stateFile = 'pipeline_state.json';

export async function readState(folder: string): Promise<PipelineState> {
  try {
    return JSON.parse(await readFile(join(folder, stateFile), 'utf8')) as PipelineState;
  } catch {
    return {};
  }
}

export async function writeState(folder: string, state: PipelineState): Promise<void> {
  await writeWhole(join(folder, stateFile), `${JSON.stringify(state, null, 2)}\n`);
}

/** `need_0000` of `need_0000.1a2b3c`: files hold the short form. */
export function shortClusterId(clusterId: string): string {
  return clusterId.split('.')[0] ?? clusterId;
}
