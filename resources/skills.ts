import type { Reader, ResourceBody } from './body.js';

const mimeTypes: readonly [string, ResourceBody['mimeType']][] = [
  ['.md', 'text/markdown'],
  ['.json', 'application/json'],
  ['.ts', 'text/x-typescript'],
  ['.py', 'text/x-python'],
];

export function mimeTypeOf(file: string): ResourceBody['mimeType'] {
  return mimeTypes.find(([ending]) => file.endsWith(ending))?.[1] ?? 'text/plain';
}

/** One file of a capability's Agent Skill. */
export const readSkill: Reader = async (services, { uri, host, path }) => {
  const capability = await services.store.library.get(host);
  if (!capability) return undefined;
  const file = path.join('/');
  const text = new Map(Object.entries(await services.library.skillFiles(host))).get(file);
  return text === undefined ? undefined : { uri, mimeType: mimeTypeOf(file), text };
};
