import { hashOf } from '../hash.js';
import type { SpecTest } from '../specs/model.js';
import type { CapabilityVersion, LibraryStore } from './model.js';

/**
 * The tests that a better version must pass as well: those of the version that it supersedes, and of all that one came
 * after, each once. Hidden tests stay hidden: reasons of inherited tests may show values, so those join the hidden ones.
 * @param superseded null for the first version of a name
 */
export async function inheritedTests(
  library: Pick<LibraryStore, 'get' | 'testsForGate'>,
  superseded: Pick<CapabilityVersion, 'name' | 'version' | 'supersedes'> | null | undefined,
): Promise<{ readonly visible: readonly SpecTest[]; readonly hidden: readonly SpecTest[] }> {
  const visible = new Map<string, SpecTest>();
  const hidden = new Map<string, SpecTest>();
  let at = superseded;
  while (at) {
    const tests = await library.testsForGate(at.name, at.version);
    for (const test of tests.visible) visible.set(hashOf(test), test);
    for (const test of tests.hidden) hidden.set(hashOf(test), test);
    // A version can only supersede an earlier one, so this ends.
    at = at.supersedes !== null && at.supersedes < at.version ? await library.get(at.name, at.supersedes) : null;
  }
  return { visible: [...visible.values()], hidden: [...hidden.values()] };
}
