import { afterAll, expect, test } from 'vitest';
import { FoundryError } from '../../../src/errors.js';
import { openSandbox } from '../gate/support.js';
import { clusterId, clusteringId, putPlainClusters } from '../generate/clustered.js';
import { aTest, sumCode, sumSpec, wrongFor } from './specs.js';
import { asInput, induced, inducing, openWorkshop, scripted, type Workshop } from './workshop.js';

const sandbox = openSandbox({ test_timeout_ms: 500 });
afterAll(() => sandbox.close());

const hidden = [aTest('held out', [7, 7], 14)];
const wrongCode = sumCode.replace('total += number', 'total -= number');
const first = induced(sumSpec(), sumCode, hidden, clusterId(0));

interface Setup {
  readonly induction?: Parameters<typeof inducing>[0];
  readonly openai?: ReturnType<typeof scripted>;
  readonly clusters?: number;
}

async function open({ induction = {}, openai, clusters = 2 }: Setup = {}): Promise<Workshop> {
  const workshop: Workshop = openWorkshop(sandbox, {
    induction: inducing(induction, () => workshop.library),
    ...(openai && { openai }),
  });
  await putPlainClusters(workshop.library.store, clusters);
  return workshop;
}

const noFlow = (index: number) => ({ cluster_id: clusterId(index), reason: 'no flow with support' });

test('auto: induced specs first, a model for the clusters without a flow', async () => {
  const modelled = { spec: sumSpec({ name: 'add_up' }), clusterId: clusterId(1), hiddenTests: [], pattern: null };
  const openai = scripted([modelled], []);
  const workshop = await open({ induction: { proposals: [first], skipped: [noFlow(1)] }, openai });
  const result = await workshop.propose({ clustering_id: clusteringId });
  expect(result).toMatchObject({ status: 'proposed', generator: 'induction, openai', skipped: [] });
  expect(result.specs.map(({ name, cluster_id }) => [name, cluster_id])).toEqual([
    ['sum_numbers', clusterId(0)],
    ['add_up', clusterId(1)],
  ]);
  expect(openai.asked).toEqual([[clusterId(1)]]);
});

test('auto without a model: what was induced, with the reasons for the rest', async () => {
  const workshop = await open({ induction: { proposals: [first], skipped: [noFlow(1)] } });
  const result = await workshop.propose({ clustering_id: clusteringId });
  expect(result).toMatchObject({ status: 'proposed', generator: 'induction', skipped: [noFlow(1)] });
  expect(result.brief).toBeUndefined();
});

test('auto without a flow or a model: the brief', async () => {
  const workshop = await open({ induction: { skipped: [noFlow(0), noFlow(1)] } });
  const result = await workshop.propose({ cluster_id: clusterId(0) });
  expect(result).toMatchObject({ status: 'brief', generator: 'agent' });
  expect(result.brief?.instructions).toContain(clusterId(0));
});

test("an induced spec keeps its own hidden tests; a model's are drawn", async () => {
  const modelled = { spec: sumSpec({ name: 'add_up' }), clusterId: clusterId(1), hiddenTests: [], pattern: null };
  const workshop = await open({
    induction: { proposals: [first], skipped: [noFlow(1)] },
    openai: scripted([modelled], []),
  });
  const { specs } = await workshop.propose({ clustering_id: clusteringId });
  const { store } = workshop.library;
  expect(await store.specs.hiddenTestsForGate(specs[0]?.spec_id ?? '')).toEqual(hidden);
  expect((await store.specs.getSpec(specs[0]?.spec_id ?? ''))?.spec.tests).toHaveLength(5);
  expect(await store.specs.hiddenTestsForGate(specs[1]?.spec_id ?? '')).toHaveLength(1);
  expect((await store.specs.getSpec(specs[1]?.spec_id ?? ''))?.spec.tests).toHaveLength(4);
});

test('generators that cannot be had say what to set', async () => {
  const workshop = await open();
  const ask = (generator: 'openai' | 'sampling') => workshop.propose({ clustering_id: clusteringId, generator });
  await expect(ask('openai')).rejects.toMatchObject({
    code: 'needs_setup',
    fix: expect.stringContaining('FOUNDRY_CHAT_MODEL'),
  });
  await expect(ask('sampling')).rejects.toMatchObject({
    code: 'needs_setup',
    fix: expect.stringContaining('induction'),
  });
});

test('unknown ids are not found, with those that come close', async () => {
  const workshop = await open({ induction: { proposals: [first] } });
  const { specs } = await workshop.propose({ clustering_id: clusteringId });
  const spec_id = specs[0]?.spec_id ?? '';
  const close = (id: string) => ({ code: 'not_found', fix: expect.stringContaining(id) });
  await expect(workshop.propose({ clustering_id: 'clustering_9' })).rejects.toMatchObject(close(clusteringId));
  await expect(workshop.propose({ cluster_id: 'need_0000.zz' })).rejects.toMatchObject(close(clusterId(0)));
  await expect(workshop.generate({ spec_id: `${spec_id.slice(0, 12)}zzz` })).rejects.toMatchObject(close(spec_id));
});

test.each([{}, { cluster_id: 'a', clustering_id: 'b' }, { spec: {}, clustering_id: 'a' }])(
  'propose_spec refuses %j',
  async (input) => {
    await expect((await open()).propose(input)).rejects.toMatchObject({ code: 'invalid_input' });
  },
);

test('a spec that is handed in for a cluster keeps it, and the next brief is about another cluster', async () => {
  const workshop = await open();
  const { specs } = await workshop.propose({ spec: asInput(sumSpec()), cluster_id: clusterId(0) });
  expect(await workshop.library.store.specs.getSpec(specs[0]?.spec_id ?? '')).toMatchObject({
    cluster_id: clusterId(0),
    clustering_id: clusteringId,
    generator: 'agent',
  });
  const { brief } = await workshop.propose({ clustering_id: clusteringId, generator: 'agent' });
  expect(brief?.instructions).toContain(clusterId(1));
  const nowhere = workshop.propose({ spec: asInput(sumSpec()), cluster_id: 'need_9' });
  await expect(nowhere).rejects.toMatchObject({ code: 'not_found' });
});

test('a spec that is to be skipped is skipped with its reason', async () => {
  const result = await (await open()).propose({ spec: { skip: 'needs taste' } });
  expect(result).toMatchObject({ status: 'skipped', specs: [], skipped: [{ reason: 'needs taste' }] });
});

test('induced code is judged with the held-out tests and admitted, and a second time nothing is done', async () => {
  const workshop = await open({ induction: { proposals: [first] } });
  const { specs } = await workshop.propose({ clustering_id: clusteringId });
  const spec_ids = specs.map(({ spec_id }) => spec_id);
  const once = await workshop.generate({ spec_ids });
  expect(once).toMatchObject({ admitted: 1, results: [{ status: 'admitted', attempts: 1 }] });
  const report = (await workshop.library.store.library.get('sum_numbers'))?.report;
  expect(report).toMatchObject({ hidden_tests: 1, author_saw_all: false });
  expect(await workshop.generate({ spec_ids })).toEqual(once);
  expect(workshop.judged).toBe(1);
});

test('a process that died between judging and noting it ends in the same state', async () => {
  const workshop = await open({ induction: { proposals: [first] } });
  const spec_ids = (await workshop.propose({ clustering_id: clusteringId })).specs.map(({ spec_id }) => spec_id);
  const once = await workshop.generate({ spec_ids });
  const { library } = workshop.library.store;
  const [attempt] = await library.attemptsOfSpec(spec_ids[0] ?? '');
  if (!attempt) throw new Error('no attempt');
  await library.putAttempt({ ...attempt, capability: null });
  expect(await workshop.generate({ spec_ids })).toEqual(once);
  expect(await library.versions('sum_numbers')).toHaveLength(1);
});

test('two induced skills of one name in one go get names of their own', async () => {
  const other = induced(
    sumSpec({ tests: sumSpec().tests.slice(0, 4) }),
    sumCode.replace('total = 0', 'total = 0.0'),
    hidden,
    clusterId(1),
  );
  const workshop = await open({ induction: { proposals: [first, other] } });
  const { specs } = await workshop.propose({ clustering_id: clusteringId });
  expect(specs.map(({ name }) => name)).toEqual(['sum_numbers', 'sum_numbers_2']);
});

/** Proposes and admits one induced skill after another, each from a fresh generator over the same library. */
async function induceTwice(second: ReturnType<typeof induced>) {
  const proposals = [first];
  const workshop = await open({ induction: { proposals } });
  const run = async () => {
    const { specs } = await workshop.propose({ clustering_id: clusteringId });
    return (await workshop.generate({ spec_ids: specs.map(({ spec_id }) => spec_id) })).results[0];
  };
  await run();
  proposals[0] = second;
  return { result: await run(), again: await run(), workshop };
}

test('an induced skill that passes the tests of the one before it becomes its next version', async () => {
  const code = sumCode.replace('let total = 0', 'let total = 0.0');
  const { result, again } = await induceTwice(induced(sumSpec(), code, hidden, clusterId(1)));
  expect(result?.capability).toMatchObject({ name: 'sum_numbers', version: 2 });
  expect(again).toEqual(result);
});

test('an induced skill of the same name that does something else gets a number', async () => {
  const product = (name: string, numbers: number[], total: number) => aTest(name, numbers, total);
  const tests = [product('a', [2, 5], 10), product('b', [3, 3], 9), product('c', [4, 1], 4)];
  const code = `export async function execute(input) {
    let total = 1;
    for (const number of input.numbers) total *= number;
    return { status: 'ok', payload: { total }, prov: [] };
  }`;
  const { result, again, workshop } = await induceTwice(
    induced(sumSpec({ tests }), code, [product('h', [6, 7], 42)], clusterId(1)),
  );
  expect(result).toMatchObject({ status: 'admitted', name: 'sum_numbers_2', attempts: 2 });
  expect(again).toEqual(result);
  expect((await workshop.library.store.library.get('sum_numbers'))?.code).toBe(sumCode);
});

test('a skill learnt again from other recordings is the one that is there', async () => {
  const tests = [aTest('x', [10, 20], 30), aTest('y', [5, 5], 10), aTest('z', [9, 1, 1], 11)];
  const { result, again, workshop } = await induceTwice(induced(sumSpec({ tests }), sumCode, hidden, clusterId(1)));
  expect(result).toMatchObject({ status: 'admitted', capability: { name: 'sum_numbers', version: 1 } });
  expect(again).toEqual(result);
  expect(await workshop.library.store.library.versions('sum_numbers')).toHaveLength(1);
});

async function modelled(codes: readonly string[], retries?: number) {
  const openai = scripted([{ spec: sumSpec(), clusterId: clusterId(0), hiddenTests: [], pattern: null }], codes);
  const workshop = await open({ openai });
  const { specs } = await workshop.propose({ cluster_id: clusterId(0), generator: 'openai' });
  const spec_id = specs[0]?.spec_id ?? '';
  const generate = async () =>
    (await workshop.generate({ spec_id, ...(retries !== undefined && { retries }) })).results[0];
  return { openai, workshop, generate };
}

test("a model's failed attempt is fed back, and each attempt is stored", async () => {
  const { openai, workshop, generate } = await modelled([wrongCode, sumCode]);
  const result = await generate();
  expect(result).toMatchObject({ status: 'admitted', attempts: 2 });
  expect(openai.failures[0]).toBeNull();
  expect(openai.failures[1]).toMatch(/^Failed at visible\.\n- visible: .*expected payload/);
  const attempts = await workshop.library.store.library.attemptsOfSpec(result?.spec_id ?? '');
  expect(attempts.map(({ ordinal, report }) => [ordinal, report.verdict])).toEqual([
    [1, 'rejected'],
    [2, 'admitted'],
  ]);
  expect(await generate()).toEqual(result);
  expect(openai.failures).toHaveLength(2);
});

test('what the author is told of hidden tests holds none of their values', async () => {
  const { openai, workshop, generate } = await modelled([wrongCode], 0);
  const spec_id = (await generate())?.spec_id ?? '';
  const [test] = await workshop.library.store.specs.hiddenTestsForGate(spec_id);
  if (!test) throw new Error('nothing hidden');
  const { results } = await workshop.generate({
    spec_id,
    code: wrongFor(test.input['numbers'], 31337),
  });
  expect(results[0]).toMatchObject({ status: 'rejected', failed_stage: 'hidden' });
  expect(JSON.stringify(results[0]?.reasons)).not.toContain('31337');
  const brief = await workshop.generate({ spec_id, generator: 'agent' });
  expect(brief.brief?.last_failure).toContain('in a hidden test');
  expect(JSON.stringify(brief)).not.toContain('31337');
  expect(JSON.stringify(brief)).not.toContain(JSON.stringify(test.name));
  expect(openai.failures).toEqual([null]);
});

test('retries are bounded, and an answer without code uses one', async () => {
  const { openai, generate } = await modelled([wrongCode, '', `${wrongCode} `, sumCode], 2);
  expect(await generate()).toMatchObject({ status: 'rejected', attempts: 2 });
  expect(openai.failures).toHaveLength(3);
  expect(openai.failures[2]).toBe('unreadable');
});

test('a model that gives no code leaves the spec open, with the reason', async () => {
  const { generate } = await modelled([]);
  expect(await generate()).toMatchObject({ status: 'inconclusive', reasons: ['no more code'], attempts: 0 });
});

test('what a model writes under a name that is taken gets a number', async () => {
  const { workshop, generate } = await modelled([sumCode]);
  await workshop.handIn(sumSpec({ summary: 'Add up numbers.' }), `${sumCode}\n`);
  expect(await generate()).toMatchObject({ status: 'admitted', name: 'sum_numbers_2' });
});

test("auto gives an agent's spec to the model where there is one", async () => {
  const openai = scripted([], [sumCode]);
  const workshop = await open({ openai });
  const { specs } = await workshop.propose({ spec: asInput(sumSpec()) });
  const spec_id = specs[0]?.spec_id ?? '';
  expect((await workshop.generate({ spec_id })).results[0]?.status).toBe('brief');
  expect((await workshop.generate({ spec_id, generator: 'auto' })).results[0]?.status).toBe('admitted');
});

test('an induced spec that breaks a rule is not stored, and its cluster says why', async () => {
  const broken = induced(sumSpec({ output_schema: { type: 'nonsense' } }), sumCode, hidden, clusterId(1));
  const workshop = await open({ induction: { proposals: [first, broken] } });
  const { specs, skipped } = await workshop.propose({ clustering_id: clusteringId });
  expect(specs.map(({ name }) => name)).toEqual(['sum_numbers']);
  expect(skipped).toEqual([
    { cluster_id: clusterId(1), reason: expect.stringContaining('bad_schema at output_schema') },
  ]);
});

/** Specs of a model that fails for those whose names are given. */
async function failingFor(failing: readonly string[], names: readonly string[]) {
  const proposals = names.map((name, at) => ({
    spec: sumSpec({ name }),
    clusterId: clusterId(at),
    hiddenTests: [],
    pattern: null,
  }));
  const openai = scripted(proposals, [sumCode]);
  const broken: typeof openai = {
    ...openai,
    async generate(request, context) {
      if (failing.includes(request.record.spec.name)) throw new FoundryError('upstream', 'It failed.', 'Wait.');
      return openai.generate(request, context);
    },
  };
  const workshop = await open({ openai: broken, clusters: names.length });
  const { specs } = await workshop.propose({ clustering_id: clusteringId, generator: 'openai' });
  return { workshop, spec_ids: specs.map(({ spec_id }) => spec_id) };
}

test('a model that fails for one of several specs leaves that one open', async () => {
  const { workshop, spec_ids } = await failingFor(['b'], ['a', 'b', 'c']);
  const { results } = await workshop.generate({ spec_ids });
  expect(results.map(({ status }) => status)).toEqual(['admitted', 'inconclusive', 'admitted']);
  expect(results[1]?.reasons).toEqual(['upstream: It failed. Wait.']);
});

test('a model that fails for three specs in a row is given up, and what was admitted stays', async () => {
  const { workshop, spec_ids } = await failingFor(['b', 'c', 'd'], ['a', 'b', 'c', 'd', 'e']);
  await expect(workshop.generate({ spec_ids })).rejects.toMatchObject({ code: 'upstream' });
  expect(await workshop.library.store.library.get('a')).toBeDefined();
  await expect(workshop.generate({ spec_id: spec_ids[1] ?? '' })).rejects.toMatchObject({ code: 'upstream' });
});
