import * as z from 'zod';
import type { Via } from '../src/context.js';
import { FoundryError } from '../src/errors.js';
import { jobFields, waitMs } from '../src/evidence/contract.js';
import type { JsonObject } from '../src/json.js';
import {
  type ManageCapabilityInput,
  type ManageCapabilityOutput,
  manageCapabilityInput,
  manageCapabilityOutput,
  type Regated,
} from '../src/library/contract.js';
import { oneLine } from '../src/visible.js';
import { type Answer, defaultWaitMs, defineTool, type ToolContext, unfinished, wellFormedObject } from './define.js';
import { lines } from './text.js';

const name = 'manage_capability';
const output = manageCapabilityOutput.extend(z.object(jobFields).partial().shape);
type Output = z.infer<typeof output>;

/** What a person is asked about, where one can be; without one the thresholds and the history decide. */
const personal: ReadonlySet<string> = new Set(['promote', 'rollback', 'publish']);

function regatedLine({ name: one, version, verdict, state, reasons }: Regated): string {
  const why = reasons.length > 0 ? `: ${oneLine(reasons.slice(0, 3).join('; '))}` : '';
  return `- ${one} v${version} ${verdict}, ${state}${why}`;
}

function textOf(data: ManageCapabilityOutput): string {
  return lines(
    `${data.name} v${data.version} is ${data.state}; ${data.changed ? 'done' : 'nothing changed'}.`,
    data.note,
    (data.regated ?? []).map(regatedLine),
    (data.files ?? []).map((file) => `- ${file}`),
  );
}

async function wordOf(input: ManageCapabilityInput, { confirm }: ToolContext): Promise<Via> {
  if (!personal.has(input.action)) return 'mcp';
  const which = input.version === undefined ? input.name : `${input.name} version ${input.version}`;
  const to = input.action === 'rollback' ? 'make another version current: rollback' : input.action;
  const word = await confirm(`A model asks to ${to} the capability ${which}. Do it?`);
  if (word === false) {
    throw new FoundryError('cancelled', `The person declined to ${input.action} it.`, 'Leave it as it is.');
  }
  return word ? 'elicited' : 'mcp';
}

/** Judging is a job: it may take longer than a host waits, and the same call picks it up. */
async function asJob(
  input: ManageCapabilityInput,
  context: ToolContext,
  asked: { readonly via: Via; readonly waitMs: number },
): Promise<Answer<Output>> {
  const { services, signal, progress } = context;
  const now = await services.store.library.get(input.name, input.action === 'rollback' ? undefined : input.version);
  if (!now) throw new FoundryError('not_found', `"${input.name}" is gone.`, 'Find one with search_capabilities.');
  const options = { ...asked, signal, onProgress: progress };
  const { job_id, job_state, result, progress: at } = await services.jobs.run(name, wellFormedObject(input), options);
  if (job_state === 'done' && result) {
    const data = manageCapabilityOutput.parse(result);
    return { data: { ...data, job_id, job_state }, text: `${textOf(data)}\njob_id: ${job_id}` };
  }
  const { version, state } = now;
  const data = { name: input.name, version, state, changed: false, job_id, job_state };
  return { data, text: unfinished(job_id, job_state, at?.message) };
}

export const manageCapability = {
  ...defineTool({
    name,
    title: 'Manage a capability',
    description:
      'Change the state of a capability: promote, deprecate, rollback to a version, regate it against the gate as it is now, publish, unpublish; or export it as an Agent Skills folder. Promoting beyond the thresholds and publishing need a person. The note says what a promotion still lacks; judging works as a job.',
    input: manageCapabilityInput.extend({ wait_ms: waitMs }),
    output,
    hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false },
    async run({ wait_ms, ...input }, context): Promise<Answer<Output>> {
      const { services, signal, progress } = context;
      const via = await wordOf(input, context);
      if (await services.library.takesLong(input)) {
        return asJob(input, context, { via, waitMs: wait_ms ?? defaultWaitMs });
      }
      const data = await services.library.manage(input, { via, signal, progress });
      return { data, text: textOf(data) };
    },
  }),
  /** For foundry_status, which hands out results of every kind. */
  renderJson: (result: JsonObject): string => textOf(manageCapabilityOutput.parse(result)),
};
