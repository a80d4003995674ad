import type { WorkContext } from '../context.js';
import type { CapabilityVersion } from '../library/model.js';
import { callersText } from '../library/regate-many.js';
import type { SpecDeps } from './spec-deps.js';

/**
 * What the author of a version must know of its place in the library: that another one is current, that it was taken out,
 * or what became of the capabilities that call it and now reach another version. Those are judged again here.
 * @returns undefined where there is nothing to say
 */
export async function noteOnVersion(
  deps: Pick<SpecDeps, 'store' | 'library'>,
  { name, version, supersedes }: CapabilityVersion,
  context: WorkContext,
): Promise<string | undefined> {
  const { library } = deps.store;
  const [now, current] = [await library.get(name, version), await library.get(name)];
  if (now?.state === 'deprecated') return `Version ${version} is deprecated; capability://${name} says why.`;
  if (current && current.version !== version) {
    const why = current.state === 'active' ? 'is active and stays' : 'is';
    return (
      `Version ${current.version} ${why} the current one: call this one with version ${version}. ` +
      'manage_capability promote makes it current once its use shows that it is better.'
    );
  }
  if (supersedes === null) return undefined;
  return callersText(await deps.library.regateCallers(name, context));
}
