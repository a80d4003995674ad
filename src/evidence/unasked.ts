import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config.js';
import type { WorkContext } from '../context.js';
import { inside } from '../roots.js';
import { oneLine } from '../visible.js';
import { type Consent, createConsent, type Said } from './consent.js';
import { atHand, bytesOfFile, filesUnder } from './files.js';
import { type Recognized, recognize } from './importers/sniff.js';
import type { OwnFiles } from './own-files.js';
import { type CleanText, keptPath } from './source-path.js';
import { companionKind } from './spilled.js';

/** Folders with more files than this are not looked through before a person is asked. */
const maxLooked = 5_000;

async function liesIn(path: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) if (inside(path, await realpath(folder).catch(() => folder))) return true;
  return false;
}

/**
 * What a person has said of logs by naming them: on the command line, or as a folder that may be read. The log folders of
 * coding agents may be read without anybody having named them.
 */
export async function saidOf(
  config: Config,
  path: string | undefined,
  { via, consented }: Pick<WorkContext, 'via' | 'consented'>,
): Promise<Said> {
  const given = consented === true || via === 'elicited';
  const namedRoots = [...config.roots, ...config.readRoots.filter((one) => !config.unnamedRoots.includes(one))];
  const isUnnamed = async (where: string): Promise<boolean> =>
    (await liesIn(where, config.unnamedRoots)) && !(await liesIn(where, namedRoots));
  const named = via === 'cli' || path === undefined || !(await isUnnamed(path));
  return { named, given };
}

/** The project of a file as its beginning tells; null where a session may still name one further on. */
export function projectAtHand({ importer, project }: Recognized, path: string): string | null {
  if (project !== null) return project;
  return importer.format === 'claude_code' || importer.format === 'codex' ? null : dirname(path);
}

/** Whether any project at all could need a person's word. */
function mayAsk({ file }: Config, { named, given }: Said): boolean {
  return !given && (file.consent?.unlisted ?? 'ask') === 'ask' && !(named && file.consent?.allow === undefined);
}

/**
 * The project folders of logs, by the beginning of each file, to which a person has to say yes before they are read, redacted
 * and in order of name. None where no consent is lacking.
 */
export async function unaskedProjects(
  path: string,
  said: Said,
  deps: {
    readonly config: Config;
    readonly isOwn: OwnFiles;
    readonly clean: CleanText;
    /** whether the format is named: then files that are not recognized are read as well */
    readonly isNamed: boolean;
  },
): Promise<string[]> {
  const { config, isOwn, clean, isNamed } = deps;
  if (!mayAsk(config, said)) return [];
  const consent: Consent = createConsent(config.file.consent, said);
  const found = new Set<string>();
  for (const file of (await filesUnder(path)).slice(0, maxLooked)) {
    if ((await companionKind(file)) !== null || (await isOwn(file))) continue;
    const recognized = await recognize(await atHand(file, bytesOfFile(file)));
    const project = recognized ? projectAtHand(recognized, file) : isNamed ? dirname(file) : null;
    if (project !== null && consent(project, file) === 'unasked') found.add(project);
  }
  const shown = await Promise.all([...found].map(async (one) => oneLine(await keptPath(one, clean))));
  return [...new Set(shown)].sort();
}
