import type * as z from 'zod';
import type { Job } from '../src/jobs/model.js';
import type { JobAnswer } from '../src/jobs/service.js';
import { plural } from '../src/plural.js';
import { type FoundryStatusOutput, foundryStatusInput, foundryStatusOutput } from '../src/status.js';
import { type Answer, defineTool, type ToolContext, unfinished } from './define.js';
import { longTools } from './long-tools.js';
import { lines, tally } from './text.js';

type Input = z.infer<typeof foundryStatusInput>;

function progressText(progress: Job['progress']): string | undefined {
  if (!progress) return undefined;
  const of = progress.total === null ? '' : ` of ${progress.total}`;
  return `${progress.message} (${progress.done}${of})`;
}

async function cancelJob(jobId: string, { services }: ToolContext): Promise<Answer<FoundryStatusOutput>> {
  const job = await services.jobs.cancel(jobId);
  const ended = job.state === 'done' || job.state === 'failed' || job.state === 'cancelled';
  const text = ended
    ? `The job ${jobId} is ${job.state}.`
    : `The job ${jobId} is told to stop; what it finished is kept.`;
  return { data: { job_id: jobId, state: job.state }, text };
}

async function showJob(jobId: string, waitMs: number, context: ToolContext): Promise<Answer<FoundryStatusOutput>> {
  const { services, signal, progress } = context;
  const answer: JobAnswer = await services.jobs.wait(jobId, { waitMs, signal, onProgress: progress });
  const data = {
    job_id: jobId,
    state: answer.job_state,
    ...(answer.progress ? { progress: answer.progress } : {}),
    ...(answer.result ? { result: answer.result } : {}),
  };
  if (!answer.result) {
    return { data, text: unfinished(jobId, answer.job_state, progressText(answer.progress ?? null)) };
  }
  const kind = (await services.store.jobs.get(jobId))?.kind;
  const tool = longTools.find((one) => one.name === kind);
  const result = tool ? tool.renderJson(answer.result) : JSON.stringify(answer.result);
  return { data, text: `The job ${jobId} (${kind ?? 'unknown'}) is done.\n${result}` };
}

async function overview({ services }: ToolContext): Promise<Answer<FoundryStatusOutput>> {
  const data = await services.status.overview();
  const text = lines(
    data.counts && `Stored: ${tally(data.counts)}.`,
    data.store && `Store: schema ${data.store.schema_version}, ${data.store.bytes} bytes.`,
    data.sandbox &&
      `Sandbox: ${data.sandbox.available ? 'available' : 'not available'} (${data.sandbox.fingerprint}; ${data.sandbox.isolation.join(', ') || 'no isolation'}).${data.sandbox.available ? '' : ` ${data.sandbox.detail}`}`,
    data.usage &&
      `Model use: ${plural(data.usage.calls, 'call')}, ${data.usage.cached} cached, ${data.usage.failed} failed, ${data.usage.total_tokens} tokens, ${data.usage.cost_usd.toFixed(4)} USD.`,
    (data.jobs ?? []).map((job) => `- job ${job.job_id} ${job.kind} ${job.state} (${job.updated_at})`),
    data.data_folder !== undefined && `Data folder: ${data.data_folder}`,
    data.versions &&
      `Versions: ${Object.entries(data.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}.`,
  );
  return { data, text };
}

export const foundryStatus = defineTool({
  name: 'foundry_status',
  title: 'Foundry status',
  description:
    'With job_id: the state and the result of long work; wait_ms waits for it, cancel stops it. Without: what is stored, recent jobs, model use and cost, the health of store and sandbox, and where the data live.',
  input: foundryStatusInput,
  output: foundryStatusOutput,
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  async run({ job_id, wait_ms, cancel }: Input, context) {
    if (job_id === undefined) return overview(context);
    return cancel ? cancelJob(job_id, context) : showJob(job_id, wait_ms ?? 0, context);
  },
});
