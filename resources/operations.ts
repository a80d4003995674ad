import { isJsonObject, type JsonObject } from '../src/json.js';
import { json, markdown, type Reader } from './body.js';
import { cell, clip } from './quote.js';

export const readReceipt: Reader = async (services, { uri, host, path }) => {
  const receipt = path.length === 0 ? await services.store.receipts.getReceipt(host) : undefined;
  return receipt && json(uri, receipt);
};

const maxEvents = 50;

/** Handed-in logs stand in a job's input: long strings are shown by their beginning. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') return clip(value, 500);
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item)]));
}

/** Of a spec that was handed in, some tests were drawn to be hidden: what came in must not tell which. */
function withoutTests(input: JsonObject): JsonObject {
  const { spec } = input;
  if (!isJsonObject(spec) || !Array.isArray(spec['tests'])) return input;
  return { ...input, spec: { ...spec, tests: `${spec['tests'].length} tests, not shown here` } };
}

export const readJob: Reader = async (services, { uri, host, path }) => {
  const job = path.length === 0 ? await services.store.jobs.get(host) : undefined;
  if (!job) return undefined;
  const events = await services.store.jobs.events(host, maxEvents);
  const { job_id, kind, state, via, progress, result, error, created_at, updated_at } = job;
  const input = shortened(withoutTests(job.input));
  return json(uri, { job_id, kind, state, via, progress, input, result, error, created_at, updated_at, events });
};

export const readUsage: Reader = async (services, { uri, host, path }) => {
  if (host !== 'summary' || path.length > 0) return undefined;
  const totals = services.store.exists() ? await services.store.modelCalls.totals() : [];
  const rows = totals.map(
    (one) =>
      `| ${cell(one.stage)} | ${cell(one.model)} | ${one.calls} | ${one.cached} | ${one.failed} | ${one.total_tokens} | ${one.prompt_chars + one.completion_chars} | ${one.cost_usd.toFixed(4)} |`,
  );
  const table = [
    '| stage | model | calls | cached | failed | tokens | characters | USD |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
  return markdown(uri, `# Model usage\n\n${rows.length > 0 ? table.join('\n') : 'No model was called.'}`);
};
