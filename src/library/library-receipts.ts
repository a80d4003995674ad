import type { WorkContext } from '../context.js';
import { given, type Receipted, tallied } from '../receipts/receipted.js';
import { fileRefs } from '../receipts/receipts.js';
import type { Roots } from '../roots.js';
import type { ManageCapabilityInput, ManageCapabilityOutput, Regated } from './contract.js';
import type { RegateRequest } from './service.js';

type Said<T> = Omit<Receipted<T>, 'work'>;

/** The receipt of a change to a capability; of an export, the files with their hashes. */
export function ofManagement(
  roots: Roots,
  { name, action, version }: ManageCapabilityInput,
  { via }: WorkContext,
): Said<ManageCapabilityOutput> {
  return {
    command: 'manage_capability',
    arguments: given({ name, action, version }),
    via,
    tell: async ({ changed, files, state }) => ({
      counts: { changed: changed ? 1 : 0, files: files?.length ?? 0, [`state_${state}`]: 1 },
      outputs: await fileRefs(files ?? [], roots.display),
    }),
  };
}

/** The receipt of a regate: how many were judged, and what became of them. */
export function ofRegate({ name, version, scope }: RegateRequest, { via }: WorkContext): Said<Regated[]> {
  return {
    command: 'regate',
    arguments: given({ name, version, scope }),
    via,
    tell: (regated) => ({
      counts: { judged: regated.length, ...tallied(regated.map(({ verdict }) => verdict)) },
      recordCounts: { in: regated.length, out: regated.filter(({ changed }) => changed).length },
      warnings: regated.filter(({ verdict }) => verdict === 'rejected').map((one) => `${one.name}: refused`),
    }),
  };
}
