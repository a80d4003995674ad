import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { fixedClock, plainContext } from '../../../src/context.js';
import { createOpenaiGenerator } from '../../../src/generate/openai.js';
import { silentLogger } from '../../../src/log.js';
import { createChatModel } from '../../../src/models/chat.js';
import { usageSummary } from '../../../src/models/usage.js';
import { createSpecService } from '../../../src/specs/spec-service.js';
import { answerJson, fakeOpenai, type Script } from '../../support/fake-openai.js';
import { openSandbox } from '../gate/support.js';
import { clusteringId, putPlainClusters } from '../generate/clustered.js';
import { lookupSpec } from './specs.js';
import { asInput, openWorkshop, type Workshop } from './workshop.js';

const sandbox = openSandbox({ test_timeout_ms: 500 });
afterAll(() => sandbox.close());

const rightCode = `export async function execute(input, ctx) {
  const ticket = await ctx.call('desk.get_ticket', { id: input.ticket_id });
  return { status: 'ok', payload: { state: ticket.state }, prov: [] };
}`;
const wrongCode = rightCode.replace('ticket.state', "'open'");

/** The service as a new process would build it: nothing is remembered but what the store holds. */
function serviceOver(workshop: Workshop, url: string) {
  const models = {
    timeout_ms: 30_000,
    max_retries: 1,
    prices: { small: { input_per_million: 1, output_per_million: 2 } },
  };
  const config = loadConfig(
    {},
    { home: workshop.library.folder, openaiBaseUrl: url, chatModel: 'small', file: { models } },
  );
  const { store, service: library } = workshop.library;
  const retry = { baseMs: 1, capMs: 2 };
  const chat = createChatModel({ config, store, clock: fixedClock(), log: silentLogger, retry });
  if (!chat) throw new Error('no model');
  const openai = createOpenaiGenerator({ chat, store, library });
  return createSpecService({ ...workshop.deps, config, generators: { ...workshop.deps.generators, openai } });
}

async function wholeRun(service: ReturnType<typeof serviceOver>) {
  const proposed = await service.proposeSpec({ clustering_id: clusteringId, generator: 'openai' }, plainContext());
  const spec_ids = proposed.specs.map(({ spec_id }) => spec_id);
  return { proposed, generated: await service.generateAndGate({ spec_ids }, plainContext()) };
}

const script: Script = (recorded, at) => {
  const asked = JSON.stringify(recorded.body);
  if (at === 0) return { kind: 'status', status: 429, retryAfter: '0' };
  if (asked.includes('Write the module.'))
    return answerJson({ code: asked.includes('was rejected') ? rightCode : wrongCode });
  if (asked.includes('ticket state 1')) return { kind: 'text', text: 'I cannot help with that.' };
  if (asked.includes('ticket state 2') && !asked.includes('was refused')) return { kind: 'text', text: '{"name":' };
  const summary = asked.includes('ticket state 2') ? 'Find the state of a ticket.' : lookupSpec().summary;
  return { kind: 'text', text: `Here you are: ${JSON.stringify(asInput(lookupSpec({ summary })))} Good luck!` };
};

test('a run with a model ends in capabilities and skips, and a second one asks nothing and changes nothing', async () => {
  const server = await fakeOpenai(script);
  const workshop = openWorkshop(sandbox);
  const { store } = workshop.library;
  await putPlainClusters(store, 4);
  const first = await wholeRun(serviceOver(workshop, server.url));
  expect(first.proposed.specs.map(({ name }) => name)).toEqual(['look_up_ticket_state', 'look_up_ticket_state_2']);
  expect(first.proposed.skipped.map(({ reason }) => reason)).toEqual([
    'the model declined',
    'it calls for the same as look_up_ticket_state',
  ]);
  expect(first.generated.results.map(({ name, status, attempts }) => [name, status, attempts])).toEqual([
    ['look_up_ticket_state', 'admitted', 2],
    ['look_up_ticket_state_2', 'admitted', 2],
  ]);
  const asked = server.requests.length;
  expect(await wholeRun(serviceOver(workshop, server.url))).toEqual(first);
  expect(server.requests).toHaveLength(asked);

  const usage = await usageSummary(store.modelCalls);
  const rows = await store.modelCalls.list(1_000);
  expect(usage.calls - usage.cached).toBe(asked);
  expect(usage.total_tokens).toBe(rows.reduce((sum, row) => sum + (row.total_tokens ?? 0), 0));
  expect(usage.cost_usd).toBeCloseTo(
    rows.reduce((sum, row) => sum + (row.cost_usd ?? 0), 0),
    12,
  );
  expect(Object.keys(usage.stages)).toEqual(['code', 'spec']);
});

test('a run that was cut off at any call goes on where it stopped and asks nothing twice', async () => {
  const whole = await (async () => {
    const server = await fakeOpenai(script);
    const workshop = openWorkshop(sandbox);
    await putPlainClusters(workshop.library.store, 3);
    await wholeRun(serviceOver(workshop, server.url));
    return server.requests.length;
  })();
  for (let cut = 1; cut < whole; cut += 2) {
    const server = await fakeOpenai(script);
    const workshop = openWorkshop(sandbox);
    await putPlainClusters(workshop.library.store, 3);
    const put = workshop.library.store.modelCalls.put;
    let calls = 0;
    workshop.library.store.modelCalls.put = async (call) => {
      await put(call);
      calls += 1;
      // As if the process died right after an answer was stored.
      if (calls === cut) throw new Error('killed');
    };
    await expect(wholeRun(serviceOver(workshop, server.url))).rejects.toThrow('killed');
    const { proposed, generated } = await wholeRun(serviceOver(workshop, server.url));
    expect(generated.admitted, `cut at ${cut}`).toBe(2);
    expect(proposed.skipped).toHaveLength(1);
    const answered = (await workshop.library.store.modelCalls.list(1_000)).filter(({ response }) => response !== null);
    const questions = answered.filter(({ cached }) => !cached).map(({ request_hash }) => request_hash);
    expect(new Set(questions).size).toBe(questions.length);
  }
});
