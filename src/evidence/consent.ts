import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Whose logs may be read, by project folder. `deny` wins; with `allow` nothing else is taken. */
export interface ConsentRules {
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

export type Consent = (project: string | null, sourcePath: string) => boolean;

function folderOf(path: string): string {
  return resolve(path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path);
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/**
 * Decides by the project that a run worked in; where the log names none, by the folder that the log lies in. Text that a
 * client hands in without naming a project has no folder: it is taken unless `allow` is set.
 */
export function createConsent(rules: ConsentRules | undefined): Consent {
  const allow = rules?.allow?.map(folderOf);
  const deny = rules?.deny?.map(folderOf) ?? [];
  return (project, sourcePath) => {
    const folder = project ?? (sourcePath.startsWith('client:') ? null : dirname(sourcePath));
    if (folder === null) return allow === undefined;
    const path = resolve(folder);
    if (deny.some((one) => within(path, one))) return false;
    return allow === undefined || allow.some((one) => within(path, one));
  };
}
