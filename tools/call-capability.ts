import { callCapabilityInput, callCapabilityOutput } from '../src/library/contract.js';
import { defineTool } from './define.js';
import { lines } from './text.js';

export const callCapability = defineTool({
  name: 'call_capability',
  title: 'Call a capability',
  description:
    'Run one capability of the library in the sandbox and return its observation (status, payload, prov). Names come from search_capabilities. One that changes things asks the person, or needs the plan_id of a dry_run with the same input.',
  input: callCapabilityInput,
  output: callCapabilityOutput,
  hints: { readOnly: false, destructive: true, idempotent: false, openWorld: true },
  async run(input, { services, signal, via, progress, confirm }) {
    const data = await services.library.call(input, { via, signal, progress }, confirm);
    const planned = data.planned_calls ?? [];
    const text = lines(
      `${input.name}: ${data.status} in ${Math.round(data.duration_ms)} ms (execution_id ${data.execution_id}).`,
      data.error !== undefined && `Error: ${data.error}`,
      data.note,
      `payload: ${JSON.stringify(data.payload)}`,
      data.prov.length > 0 && `prov: ${JSON.stringify(data.prov)}`,
      planned.length > 0 && 'Planned calls, not made:',
      planned.map((call) => `- ${call.name} ${JSON.stringify(call.args)}`),
      data.plan_id !== undefined && `plan_id: ${data.plan_id} (confirms one call with the same input)`,
    );
    return { data, text };
  },
});
