import type { Services } from '../src/services.js';
import type { Reader, ResourceBody } from './body.js';

const mimeTypes: readonly [string, ResourceBody['mimeType']][] = [
  ['.md', 'text/markdown'],
  ['.json', 'application/json'],
  ['.ts', 'text/x-typescript'],
  ['.py', 'text/x-python'],
];

function mimeTypeOf(file: string): ResourceBody['mimeType'] {
  return mimeTypes.find(([ending]) => file.endsWith(ending))?.[1] ?? 'text/plain';
}

/** A skill's folder is its name, and names of Agent Skills have hyphens where ours have underscores. */
export function skillFolder(capability: string): string {
  return capability.replaceAll('_', '-');
}

export function skillUri(capability: string, file = 'SKILL.md'): string {
  return `skill://${skillFolder(capability)}/${file}`;
}

export interface SkillFolder {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The Agent Skill at a folder, or undefined where no capability has that name. */
export async function skillAt(services: Services, folder: string): Promise<SkillFolder | undefined> {
  const name = folder.replaceAll('-', '_');
  if (!services.store.exists() || !(await services.store.library.get(name))) return undefined;
  return { folder: skillFolder(name), files: await services.library.skillFiles(name) };
}

/** One page of the library as Agent Skills, in order of name; deprecated ones are not offered. */
export async function skillPage(
  services: Services,
  limit: number,
  after: string | undefined,
): Promise<{ skills: SkillFolder[]; next?: string }> {
  if (!services.store.exists()) return { skills: [] };
  const found = await services.store.library.list({}, limit + 1, after);
  const kept = found.slice(0, limit);
  const offered = kept.filter((one) => one.state !== 'deprecated');
  const skills = offered.map(async ({ name }) => ({
    folder: skillFolder(name),
    files: await services.library.skillFiles(name),
  }));
  const last = kept.at(-1);
  return { skills: await Promise.all(skills), ...(found.length > limit && last ? { next: last.name } : {}) };
}

/** One file of a capability's Agent Skill. */
export const readSkill: Reader = async (services, { uri, host, path }) => {
  const skill = await skillAt(services, host);
  const file = path.join('/');
  const text = skill && new Map(Object.entries(skill.files)).get(file);
  return text === undefined ? undefined : { uri, mimeType: mimeTypeOf(file), text };
};
