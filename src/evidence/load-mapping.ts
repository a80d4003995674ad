import { readFile, stat } from 'node:fs/promises';
import { FoundryError } from '../errors.js';
import { sha256 } from '../hash.js';
import { type LoadedMapping, mappingSchema } from './importers/mapping.js';

const maxBytes = 256 * 1024;

function invalid(problem: string): FoundryError {
  return new FoundryError(
    'invalid_input',
    `The mapping ${problem}.`,
    'docs/formats.md shows what a mapping file holds.',
  );
}

/**
 * Reads a mapping file. What it says enters records as it stands, so it must hold nothing that redaction would replace.
 * @param path a path that was granted already
 * @param clean what redaction makes of a text
 * @throws FoundryError invalid_input
 */
export async function loadMapping(path: string, clean: (text: string) => Promise<string>): Promise<LoadedMapping> {
  const found = await stat(path);
  if (!found.isFile()) throw invalid('is not a file');
  if (found.size > maxBytes) throw invalid(`is longer than ${maxBytes} bytes`);
  const text = await readFile(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('is not JSON');
  }
  const parsed = mappingSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(`is wrong at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'not a mapping'}`);
  }
  const needsRun = parsed.data.rules.findIndex(
    (rule) => rule.ignore === undefined && !rule.run && rule.each === undefined,
  );
  if (needsRun >= 0) throw invalid(`is wrong at /rules/${needsRun}: it needs \`run\`, \`each\` or \`ignore\``);
  const said = JSON.stringify(parsed.data);
  if ((await clean(said)) !== said) throw invalid('holds what looks like a secret');
  return { mapping: parsed.data, sha256: sha256(text) };
}
