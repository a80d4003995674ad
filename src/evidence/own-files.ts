import { readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** What every exported Agent Skill has in its SKILL.md, and no other has. */
const ownSkill = /^ {2}capability: "[a-z0-9_]+"\n {2}version: "\d+"\n {2}content_hash: "[0-9a-f]{64}"$/m;

/** Whether this program wrote the file at a real path: then it is no log, whatever stands in it. */
export type OwnFiles = (file: string) => Promise<boolean>;

/**
 * The store and the skills that were exported from it. A client decides what stands in them, so that an outcome read from
 * them would be the client's word under the name of the operator's file.
 * @param db path of the store
 */
export function createOwnFiles(db: string): OwnFiles {
  let store: Promise<string> | undefined;
  const known = new Map<string, boolean>();
  const inSkill = async (folder: string): Promise<boolean> => {
    const seen = known.get(folder);
    if (seen !== undefined) return seen;
    const card = await readFile(`${folder}/SKILL.md`, 'utf8').catch(() => '');
    const parent = dirname(folder);
    const own = ownSkill.test(card) || (parent !== folder && (await inSkill(parent)));
    known.set(folder, own);
    return own;
  };
  return async (file) => {
    store ??= realpath(db).catch(() => resolve(db));
    const path = await store;
    return file === path || file.startsWith(`${path}-`) || inSkill(dirname(file));
  };
}
