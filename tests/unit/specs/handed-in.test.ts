import { afterAll, expect, test } from 'vitest';
import { openSandbox } from '../gate/support.js';
import { aTest, lookupSpec, sumCode, sumSpec, wrongFor } from './specs.js';
import { asInput, openWorkshop } from './workshop.js';

const sandbox = openSandbox({ test_timeout_ms: 500 });
afterAll(() => sandbox.close());
const open = () => openWorkshop(sandbox);

test('spec and code in one call are admitted when they are right, and callable at once', async () => {
  const { handIn, library } = open();
  const result = await handIn(sumSpec(), sumCode);
  expect(result).toMatchObject({
    name: 'sum_numbers',
    status: 'admitted',
    capability: { name: 'sum_numbers', version: 1, kind: 'primitive', uri: 'capability://sum_numbers/1' },
    attempts: 1,
    report_uri: expect.stringMatching(/^attempts:\/\/attempt_[0-9a-f]{16}$/),
  });
  const attempt = await library.store.library.getAttempt(result.report_uri.slice('attempts://'.length));
  expect(attempt).toMatchObject({ capability: { name: 'sum_numbers', version: 1 }, report: { author_saw_all: true } });
  const found = await library.store.library.get('sum_numbers');
  expect(found).toMatchObject({ state: 'staged', destructive: false, spec_id: result.spec_id });
});

const observation = (payload: string): string => `return { status: 'ok', payload: ${payload}, prov: [] };`;
const module = (body: string): string => `export async function execute(input, ctx) { ${body} }`;

test.each<[string, string, string, string]>([
  ['gives a wrong answer', sumCode.replace('total += number', 'total -= number'), 'visible', 'payload'],
  ['throws', module("throw new Error('no');"), 'visible', 'throw'],
  ['never returns', module('for (;;);'), 'visible', 'timeout'],
  ['reads a file', module("return Deno.readTextFileSync('/etc/hostname');"), 'static', 'Deno'],
  ['always gives one answer', module(observation('{ total: 3 }')), 'visible', 'payload'],
])('code that %s is rejected with the reason, and the brief says what failed', async (_, code, stage, reason) => {
  const { generate, library } = open();
  const { results, admitted, brief } = await generate({ spec: asInput(sumSpec()), code });
  expect(admitted).toBe(0);
  expect(results[0]).toMatchObject({ status: 'rejected', failed_stage: stage, attempts: 1 });
  expect(results[0]?.reasons.join(' ')).toContain(reason);
  expect(brief?.last_failure).toContain(`Failed at ${stage}.`);
  expect(await library.store.library.get('sum_numbers')).toBeUndefined();
  expect(await library.store.library.attemptsOfSpec(results[0]?.spec_id ?? '')).toHaveLength(1);
});

test('tests that a constant would pass are refused for it', async () => {
  const tests = ['a', 'b', 'c'].map((name) => aTest(name, [1, 2], 3));
  const result = await open().handIn(sumSpec({ tests }), sumCode);
  expect(result).toMatchObject({ status: 'rejected', failed_stage: 'strength' });
});

test('too few tests decide nothing', async () => {
  const result = await open().handIn(sumSpec({ tests: sumSpec().tests.slice(0, 2) }), sumCode);
  expect(result.status).toBe('inconclusive');
});

test('a spec that is refused is not judged', async () => {
  const workshop = open();
  const { results, issues } = await workshop.generate({ spec: asInput(sumSpec({ tests: [] })), code: sumCode });
  expect(results).toEqual([]);
  expect(issues?.map(({ code }) => code)).toEqual(['no_test']);
  expect(workshop.judged).toBe(0);
});

test('handing in the same thing again is the same capability, without judging it again', async () => {
  const workshop = open();
  const first = await workshop.handIn(sumSpec(), sumCode);
  expect(await workshop.handIn(sumSpec(), sumCode)).toEqual(first);
  expect(workshop.judged).toBe(1);
});

test('another capability of the same name is refused until it supersedes', async () => {
  const { handIn, generate } = open();
  await handIn(sumSpec(), sumCode);
  const other = sumCode.replace('let total = 0', 'let total = 0.0');
  const { issues } = await generate({ spec: asInput(sumSpec()), code: other });
  expect(issues?.map(({ code }) => code)).toEqual(['name_taken']);
  const better = await handIn(sumSpec(), other, { supersedes: 'sum_numbers' });
  expect(better).toMatchObject({ status: 'admitted', capability: { name: 'sum_numbers', version: 2 } });
});

test('a better version must pass the old tests too', async () => {
  const { handIn, library } = open();
  await handIn(sumSpec(), sumCode);
  const tests = [aTest('a', [1, 2], 3), aTest('b', [4, 5], 9), aTest('c', [2, 2], 4), aTest('d', [], 0)];
  const forgetful = sumCode.replace("return { status: 'missing', payload: {}, prov: [] }", observation('{ total: 0 }'));
  const result = await handIn(sumSpec({ tests }), forgetful, { supersedes: 'sum_numbers' });
  expect(result).toMatchObject({ status: 'rejected', failed_stage: 'visible' });
  expect(result.reasons.join(' ')).toContain('inherited');
  expect((await library.store.library.get('sum_numbers'))?.version).toBe(1);
});

test('the hidden tests of the old version judge the new one and are never shown', async () => {
  const { propose, generate, handIn, library } = open();
  const proposed = await propose({ spec: asInput(sumSpec()) });
  const specId = proposed.specs[0]?.spec_id ?? '';
  await generate({ spec_id: specId, code: sumCode });
  const [hidden] = await library.store.specs.hiddenTestsForGate(specId);
  if (!hidden) throw new Error('nothing hidden');
  const code = wrongFor(hidden.input['numbers'], 999);
  const tests = [aTest('a', [20, 1], 21), aTest('b', [30, 1], 31), aTest('c', [40, 1], 41)];
  const result = await handIn(sumSpec({ tests }), code, { supersedes: 'sum_numbers' });
  expect(result).toMatchObject({ status: 'rejected', failed_stage: 'hidden' });
  expect(JSON.stringify(result)).not.toContain('999');
});

test('superseding what is not there names what comes close', async () => {
  const { handIn } = open();
  const nope = { supersedes: 'nope' };
  await expect(handIn(sumSpec(), sumCode, nope)).rejects.toMatchObject({ fix: expect.stringContaining('is empty') });
  await handIn(sumSpec(), sumCode);
  await expect(handIn(sumSpec(), sumCode, { supersedes: 'sum_number' })).rejects.toMatchObject({
    code: 'not_found',
    fix: expect.stringContaining('sum_numbers'),
  });
  const told = expect.stringMatching(/^Find its name with search_capabilities/);
  await expect(handIn(sumSpec(), sumCode, nope)).rejects.toMatchObject({ code: 'not_found', fix: told });
});

test('a proposed spec waits for code: the brief first, then what the gate said, then the capability', async () => {
  const { propose, generate } = open();
  const proposed = await propose({ spec: asInput(sumSpec()) });
  expect(proposed).toMatchObject({ status: 'proposed', generator: 'agent', issues: [] });
  const spec_id = proposed.specs[0]?.spec_id ?? '';
  expect(proposed.spec?.['tests']).toHaveLength(4);
  const asked = await generate({ spec_id });
  expect(asked.results[0]).toMatchObject({ status: 'brief', attempts: 0, report_uri: `specs://${spec_id}` });
  expect(asked.brief?.tests).toHaveLength(4);
  const wrong = await generate({ spec_id, code: module(observation('{ total: 3 }')) });
  expect(wrong.results[0]?.status).toBe('rejected');
  expect((await generate({ spec_id })).brief?.last_failure).toContain('Failed at visible');
  const right = await generate({ spec_id, code: sumCode });
  expect(right.results[0]).toMatchObject({ status: 'admitted', attempts: 2 });
  expect((await generate({ spec_id })).results[0]).toMatchObject({ status: 'admitted', attempts: 2 });
});

test('a proposed spec that was admitted can be proposed again, and another of its name cannot', async () => {
  const { propose, generate } = open();
  const first = await propose({ spec: asInput(sumSpec()) });
  await generate({ spec_id: first.specs[0]?.spec_id ?? '', code: sumCode });
  expect(await propose({ spec: asInput(sumSpec()) })).toEqual(first);
  const other = await propose({ spec: asInput(sumSpec({ summary: 'Add up a list.' })) });
  expect(other).toMatchObject({ status: 'invalid', specs: [] });
  expect(other.issues.map(({ code }) => code)).toEqual(['name_taken']);
});

test('a skill whose tools change things is destructive, one that reads is not', async () => {
  const { handIn, deps, library } = open();
  await deps.store.evidence.putSource({
    source_id: 'source_1',
    source: 'desk',
    path: 'desk.jsonl',
    format: 'openai_chat',
    origin: 'file',
    bytes: 1,
    sha256: 'a'.repeat(64),
    importer: 'test@1',
    redaction_policy: 'none',
    imported_at: '2026-01-01T00:00:00.000Z',
  });
  const tool = (name: string) => ({ name, description: '', input_schema: {}, inferred: true, annotations: null });
  await deps.store.evidence.putToolDefinitions('source_1', [tool('desk.get_ticket'), tool('desk.close_ticket')]);
  const code = (name: string) =>
    module(
      `const ticket = await ctx.call('${name}', { id: input.ticket_id }); ${observation('{ state: ticket.state }')}`,
    );
  expect((await handIn(lookupSpec(), code('desk.get_ticket'))).status).toBe('admitted');
  const closing = lookupSpec({
    name: 'close_ticket_by_id',
    summary: 'Close a ticket.',
    dependencies: { capabilities: [], tools: ['desk.close_ticket'] },
    tests: lookupSpec().tests.map((each) => ({
      ...each,
      calls: each.calls?.map((call) => ({ ...call, name: 'desk.close_ticket' })),
    })),
  });
  expect((await handIn(closing, code('desk.close_ticket'))).status).toBe('admitted');
  expect((await library.store.library.get('look_up_ticket_state'))?.destructive).toBe(false);
  expect((await library.store.library.get('close_ticket_by_id'))?.destructive).toBe(true);
});

test.each<[string, Parameters<ReturnType<typeof open>['generate']>[0]]>([
  ['nothing', {}],
  ['two targets', { spec_id: 'a', spec_ids: ['b'] }],
  ['a spec without code', { spec: {} }],
  ['code for many', { spec_ids: ['a'], code: 'x' }],
])('%s is invalid input', async (_, input) => {
  await expect(open().generate(input)).rejects.toMatchObject({ code: 'invalid_input' });
});
