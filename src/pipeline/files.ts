import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
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

/** A row of a file, with the line that it stands on (from 1). */
export interface Line<T> {
  readonly line: number;
  readonly row: T;
}

function refusal(path: string, line: number, reason: string): FoundryError {
  return new FoundryError('invalid_input', `${path}:${line}: ${reason}.`, 'Mend the line or write the file anew.');
}

/** @returns the refusal of a line, to be thrown */
export type Refuse = (line: number, reason: string) => FoundryError;

export function refuserOf(path: string): Refuse {
  return (line, reason) => refusal(path, line, reason);
}

/** @throws FoundryError not_found, invalid_input with the line that is wrong */
export async function readJsonLines(path: string, madeBy: string): Promise<Line<JsonObject>[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const missing = isMissing(error);
    throw new FoundryError(
      missing ? 'not_found' : 'invalid_input',
      missing ? `There is no file ${path}.` : `${path} cannot be read.`,
      `Run ${madeBy} first, or name the file of another run.`,
    );
  }
  return text.split('\n').flatMap((each, index) => {
    if (each.trim() === '') return [];
    const row = tryParseJson(each);
    if (!isJsonObject(row)) throw refusal(path, index + 1, 'it is not a JSON object');
    return [{ line: index + 1, row }];
  });
}

/** @throws FoundryError invalid_input with the first line that the schema refuses, and why */
export function parseLines<T>(schema: z.ZodType<T>, lines: readonly Line<JsonObject>[], path: string): Line<T>[] {
  return lines.map(({ line, row }) => {
    const parsed = schema.safeParse(row);
    if (!parsed.success) throw refusal(path, line, issueText(parsed.error));
    return { line, row: parsed.data };
  });
}

function issueText(error: z.ZodError): string {
  const issue = error.issues[0];
  return [issue?.path.join('.'), issue?.message].filter((part) => part).join(': ');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

const pipelineState = z.object({
  mining_id: z.string().optional(),
  clustering_id: z.string().optional(),
  /** Since when model calls for this folder have not been written to it. */
  usage_since: z.string().optional(),
});

/** What an earlier run left in its folder about where its results are. */
export type PipelineState = z.infer<typeof pipelineState>;

const stateFile = 'pipeline_state.json';

/** @throws FoundryError invalid_input where the file is there but damaged */
export async function readState(folder: string): Promise<PipelineState> {
  const path = join(folder, stateFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return {};
    throw error;
  }
  const parsed = pipelineState.safeParse(tryParseJson(text));
  if (parsed.success) return parsed.data;
  throw new FoundryError(
    'invalid_input',
    `${path} is damaged: ${issueText(parsed.error)}.`,
    'Delete it and cluster anew.',
  );
}

/** Changes the named fields and keeps the others; undefined takes a field out. */
export async function writeState(
  folder: string,
  change: { [Key in keyof PipelineState]: string | undefined },
): Promise<void> {
  const state = { ...(await readState(folder)), ...change };
  await writeWhole(join(folder, stateFile), `${JSON.stringify(state, null, 2)}\n`);
}

/** `need_0000` of `need_0000.1a2b3c`: files hold the short form. */
export function shortClusterId(clusterId: string): string {
  return clusterId.split('.')[0] ?? clusterId;
}
