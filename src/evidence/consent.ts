import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { FoundryError } from '../errors.js';

/** Whose logs may be read, by project folder. */
export interface ConsentRules {
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
  /** What becomes of project folders that neither list names. */
  readonly unlisted?: 'ask' | 'allow' | 'deny' | undefined;
}

/** `unasked`: a person has to say yes, and nobody has. */
export type Verdict = 'taken' | 'denied' | 'unasked';
export type Consent = (project: string | null, sourcePath: string) => Verdict;

/** What a person has said of this very import. */
export interface Said {
  /** The logs were named by a person: on the command line, or as a folder that may be read. */
  readonly named: boolean;
  /** A person was asked about them and said yes. */
  readonly given: boolean;
}

function folderOf(path: string): string {
  return resolve(path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path);
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/**
 * Decides by the project that a run worked in; where the log names none, by the folder that the log lies in. Denied folders
 * are never taken, allowed ones always. About all others a person is asked. Who names logs has said yes to them, unless there
 * is a list of what is allowed: then it was said there. Text that a client hands in without naming a project has no folder.
 */
export function createConsent(rules: ConsentRules | undefined, said: Said): Consent {
  const allow = rules?.allow?.map(folderOf);
  const deny = rules?.deny?.map(folderOf) ?? [];
  const unlisted = rules?.unlisted ?? 'ask';
  return (project, sourcePath) => {
    const folder = project ?? (sourcePath.startsWith('client:') ? null : dirname(sourcePath));
    const path = folder === null ? null : resolve(folder);
    if (path !== null && deny.some((one) => within(path, one))) return 'denied';
    if (path !== null && allow?.some((one) => within(path, one))) return 'taken';
    if (said.given || unlisted === 'allow') return 'taken';
    if (unlisted === 'deny') return 'denied';
    return said.named && allow === undefined ? 'taken' : 'unasked';
  };
}

/** `a project folder`, `3 project folders`. */
export function folders(count: number): string {
  return count === 1 ? 'a project folder' : `${count} project folders`;
}

/** What a person is asked. @param projects names of folders, fit to be shown */
export function consentQuestion(projects: readonly string[]): string {
  const shown = projects.slice(0, 10).map((one) => `  ${one}`);
  const more = projects.length > shown.length ? [`  and ${projects.length - shown.length} more`] : [];
  const told = `These logs are of ${folders(projects.length)} that nobody has allowed yet:`;
  return [told, ...shown, ...more, 'May they be read?'].join('\n');
}

/** Nobody can be asked: the import ends here. @param flag whether the command at hand knows `--consent` */
export function unasked(count: number, flag: boolean): FoundryError {
  const line = 'name the folders under consent.allow in foundry.config.json';
  return new FoundryError(
    'needs_setup',
    `These logs are of ${folders(count)} that nobody has allowed to be read.`,
    flag
      ? `Say --consent with capability-foundry import, or ${line}.`
      : `The person can ${line}, or set FOUNDRY_READ_ROOTS to the folder of the logs. This client cannot ask them.`,
  );
}

/** The person was asked and said no. */
export function refused(): FoundryError {
  return new FoundryError(
    'cancelled',
    'The person did not allow these logs to be read.',
    'Go on without them, or ask which logs may be read.',
  );
}
