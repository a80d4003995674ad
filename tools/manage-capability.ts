import type { Via } from '../src/context.js';
import { FoundryError } from '../src/errors.js';
import { manageCapabilityInput, manageCapabilityOutput } from '../src/library/contract.js';
import { defineTool } from './define.js';
import { lines } from './text.js';

/** What only a person may decide; without one to ask, the thresholds alone decide. */
const personal: ReadonlySet<string> = new Set(['promote', 'publish']);

export const manageCapability = defineTool({
  name: 'manage_capability',
  title: 'Manage a capability',
  description:
    'Change the state of a capability: promote, deprecate, rollback to a version, regate it against the gate as it is now, publish, unpublish; or export it as an Agent Skills folder. Promoting beyond the thresholds and publishing need a person.',
  input: manageCapabilityInput,
  output: manageCapabilityOutput,
  hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
  async run(input, { services, signal, progress, confirm }) {
    let via: Via = 'mcp';
    if (personal.has(input.action)) {
      const which = input.version === undefined ? input.name : `${input.name} version ${input.version}`;
      const word = await confirm(`A model asks to ${input.action} the capability ${which}. Do it?`);
      if (word === false) {
        throw new FoundryError('cancelled', `The person declined to ${input.action} it.`, 'Leave it as it is.');
      }
      if (word) via = 'elicited';
    }
    const data = await services.library.manage(input, { via, signal, progress });
    const text = lines(
      `${data.name} v${data.version} is ${data.state}; ${data.changed ? `${input.action} done` : 'nothing changed'}.`,
      data.note,
      (data.files ?? []).map((file) => `- ${file}`),
    );
    return { data, text };
  },
});
