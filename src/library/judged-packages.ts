import { FoundryError } from '../errors.js';
import type { BundledPackages } from '../gate/runtimes/runtime.js';
import type { CapabilityVersion, LibraryStore } from './model.js';

/**
 * What runs must be what was judged: packages that were installed anew since are judged first.
 * @throws FoundryError needs_setup
 */
export async function requireJudgedPackages(
  library: Pick<LibraryStore, 'changesOf'>,
  { name, version, report }: CapabilityVersion,
  packages: BundledPackages | undefined,
): Promise<void> {
  if (packages === undefined) return;
  if (report.runtime.packages?.sha256 === packages.sha256) return;
  const [last] = await library.changesOf(name, 1, { version, actions: ['regate'] });
  const judged = last?.report;
  if (judged?.verdict === 'admitted' && judged.runtime.packages?.sha256 === packages.sha256) return;
  throw new FoundryError(
    'needs_setup',
    `The packages of ${name} are not those that it was judged with (now ${packages.names.join(', ')}).`,
    'Judge it again with manage_capability, action regate; or have the operator install the packages as they were.',
  );
}
