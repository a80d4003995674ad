import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plainContext } from '../../../src/context.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import type { CallCapabilityInput } from '../../../src/library/contract.js';
import { openSandbox } from '../gate/support.js';
import { addCode, closeCode, type Library, openLibrary } from './desk.js';
import { closeTickets, specOf } from './fixtures.js';

let sandbox: Sandbox;
let library: Library;
beforeAll(() => {
  sandbox = openSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  library = openLibrary(sandbox);
});
afterEach(() => library.close());

const cannotAsk = async () => undefined;
const call = (input: CallCapabilityInput, confirm: () => Promise<boolean | undefined> = cannotAsk) =>
  library.service.call(input, plainContext('mcp'), confirm);
const skill = { name: 'close_customer_tickets', input: { customer_id: 'C1' } };
const madeCalls = () => library.desk.calls.map((made) => made.name);

describe('a capability that changes nothing', () => {
  test('runs in the sandbox, and the execution is recorded', async () => {
    await library.admit(specOf(), addCode);
    const result = await call({ name: 'add_numbers', input: { a: 2, b: 40 } });
    expect(result).toMatchObject({ status: 'ok', payload: { sum: 42 }, prov: [] });
    expect(await library.store.library.getExecution(result.execution_id)).toMatchObject({
      name: 'add_numbers',
      version: 1,
      input: { a: 2, b: 40 },
      observation: { status: 'ok', payload: { sum: 42 } },
      error: null,
      via: 'mcp',
      dry_run: false,
    });
  });

  test('input that breaks the schema is refused by name, and nothing runs', async () => {
    await library.admit(specOf(), addCode);
    const error = await call({ name: 'add_numbers', input: { a: 'secret value', b: 1 } }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'invalid_input' });
    expect(String(error)).toContain('a');
    expect(String(error)).not.toContain('secret value');
    expect(await library.store.library.executionsOf('add_numbers', 5)).toEqual([]);
  });

  test('an unknown name is not found, with names that come close', async () => {
    await library.admit(specOf(), addCode);
    await expect(call({ name: 'add_number', input: {} })).rejects.toMatchObject({
      code: 'not_found',
      fix: expect.stringContaining('add_numbers'),
    });
    await expect(call({ name: 'add_numbers', version: 9, input: {} })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a deprecated one runs only where its version is named', async () => {
    await library.admit(specOf(), addCode);
    await library.service.manage({ name: 'add_numbers', action: 'deprecate' }, plainContext('mcp'));
    await expect(call({ name: 'add_numbers', input: { a: 1, b: 1 } })).rejects.toMatchObject({ code: 'conflict' });
    expect((await call({ name: 'add_numbers', version: 1, input: { a: 1, b: 1 } })).payload).toEqual({ sum: 2 });
  });

  test.each([
    ['a payload that breaks the output schema', 'return { status: "ok", payload: { total: 1 }, prov: [] };', 'schema'],
    ['something that is no observation', 'return 5;', 'no observation'],
    ['an exception', 'throw new Error("broken inside");', 'broken inside'],
  ])('%s is a failed execution', async (_, body, told) => {
    await library.admit(specOf(), `export async function execute() { ${body} }`);
    const result = await call({ name: 'add_numbers', input: { a: 1, b: 2 } });
    expect(result).toMatchObject({ status: 'fail', payload: null });
    expect(result.error).toContain(told);
    expect(await library.store.library.useOf('add_numbers', 1)).toEqual({ executions: 1, kept: 0, ok: 0 });
  });

  test('secrets are taken out before an execution is stored, and stand in the answer', async () => {
    const spec = specOf({
      input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      output_schema: { type: 'object' },
      tests: [],
    });
    await library.admit(
      spec,
      'export async function execute(i) { return { status: "ok", payload: { echo: i.text }, prov: [] }; }',
    );
    const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;
    const result = await call({ name: 'add_numbers', input: { text: token } });
    expect(result.payload).toEqual({ echo: token });
    const stored = await library.store.library.getExecution(result.execution_id);
    expect(JSON.stringify(stored)).not.toContain(token);
  });
});

describe('calls of the code', () => {
  test('a call that was not declared fails in the code and is recorded as failed', async () => {
    const code = `export async function execute(i, ctx) {
      try { await ctx.call('desk.close_ticket', { ticket_id: 'T1' }); } catch (e) {
        return { status: 'ok', payload: { sum: 0, code: e.code }, prov: [] };
      }
      return { status: 'fail', payload: null, prov: [] };
    }`;
    await library.admit(specOf(), code);
    const result = await call({ name: 'add_numbers', input: { a: 1, b: 2 } });
    expect(result).toMatchObject({ status: 'ok', payload: { code: 'invalid_input' } });
    expect(madeCalls()).toEqual([]);
    expect((await library.store.library.getExecution(result.execution_id))?.calls).toEqual([
      { name: 'desk.close_ticket', args: { ticket_id: 'T1' }, result: null, failed: true },
    ]);
  });

  test('a skill calls another capability, which runs and is recorded on its own', async () => {
    await library.admit(specOf(), addCode);
    const code = `export async function execute(i, ctx) {
      const one = await ctx.call('add_numbers', { a: i.a, b: i.b });
      const two = await ctx.call('add_numbers', { a: one.payload.sum, b: i.b });
      return { status: 'ok', payload: { sum: two.payload.sum }, prov: [] };
    }`;
    await library.admit(
      specOf({ name: 'add_twice', kind: 'skill', dependencies: { capabilities: ['add_numbers'], tools: [] } }),
      code,
    );
    const result = await call({ name: 'add_twice', input: { a: 1, b: 10 } });
    expect(result.payload).toEqual({ sum: 21 });
    expect(await library.store.library.executionsOf('add_numbers', 9)).toHaveLength(2);
    expect((await library.store.library.getExecution(result.execution_id))?.calls).toHaveLength(2);
  });

  test('capabilities that call one another in a circle are stopped', async () => {
    const code = `export async function execute(i, ctx) { return ctx.call('add_numbers', i); }`;
    await library.admit(specOf({ dependencies: { capabilities: ['add_numbers'], tools: [] } }), code);
    const result = await call({ name: 'add_numbers', input: { a: 1, b: 2 } });
    expect(result.status).toBe('fail');
    expect(await library.store.library.executionsOf('add_numbers', 50)).toHaveLength(5);
  });

  test('missing tools are named, with why the first is missing and what to do', async () => {
    await library.admit(closeTickets, closeCode);
    library.desk.tools = ['desk.list_tickets'];
    await expect(call(skill)).rejects.toMatchObject({
      code: 'needs_setup',
      message: 'close_customer_tickets needs what is not there: desk.close_ticket. Nobody offers desk.close_ticket.',
      fix: 'Configure its server.',
    });
  });
});

describe('a capability that changes things', () => {
  beforeEach(async () => {
    await library.admit(closeTickets, closeCode);
  });

  test('asks the person, who may say yes or no', async () => {
    const asked: string[] = [];
    const yes = await library.service.call(skill, plainContext('mcp'), async (question) => {
      asked.push(question);
      return true;
    });
    expect(asked[0]).toContain('desk.close_ticket');
    expect(yes.payload).toEqual({ closed: ['T7', 'T8'] });
    expect((await library.store.library.getExecution(yes.execution_id))?.via).toBe('elicited');
    await expect(call(skill, async () => false)).rejects.toMatchObject({ code: 'cancelled' });
    expect(madeCalls()).toHaveLength(3);
  });

  test('is refused where nobody can be asked, with the way out', async () => {
    await expect(call(skill)).rejects.toMatchObject({ code: 'conflict', fix: expect.stringContaining('dry_run') });
    expect(madeCalls()).toEqual([]);
  });

  test('a dry run reads live and leaves out what changes; its plan runs once, with the same input', async () => {
    const dry = await call({ ...skill, dry_run: true });
    expect(madeCalls()).toEqual(['desk.list_tickets']);
    expect(dry.planned_calls).toEqual([
      { name: 'desk.close_ticket', args: { ticket_id: 'T7' } },
      { name: 'desk.close_ticket', args: { ticket_id: 'T8' } },
    ]);
    const plan_id = dry.plan_id ?? '';
    const real = await call({ ...skill, plan_id });
    expect(real).toMatchObject({ status: 'ok', payload: { closed: ['T7', 'T8'] } });
    await expect(call({ ...skill, plan_id })).rejects.toMatchObject({ code: 'conflict' });
    expect(await library.store.library.useOf(skill.name, 1)).toEqual({ executions: 1, kept: 1, ok: 1 });
  });

  test('a plan does not stand in for a person who can be asked, and a refusal leaves it unused', async () => {
    const { plan_id = '' } = await call({ ...skill, dry_run: true });
    await expect(call({ ...skill, plan_id }, async () => false)).rejects.toMatchObject({ code: 'cancelled' });
    expect(madeCalls()).toEqual(['desk.list_tickets']);
    library.desk.tickets['C1'] = ['T7', 'T99'];
    const real = await call({ ...skill, plan_id }, async () => true);
    expect(real).toMatchObject({ status: 'fail', error: expect.stringContaining('not in the confirmed plan') });
    expect((await library.store.library.getExecution(real.execution_id))?.via).toBe('elicited');
  });

  test.each([
    ['another input', { ...skill, input: { customer_id: 'C2' } }, 0],
    ['another context', { ...skill, context: { segments: [] } }, 0],
    ['a plan that is too old', skill, 16],
  ])('a plan does not hold for %s', async (_, input, minutes) => {
    const { plan_id = '' } = await call({ ...skill, dry_run: true });
    library.at = new Date(Date.parse(library.at) + minutes * 60_000).toISOString();
    await expect(call({ ...input, plan_id })).rejects.toMatchObject({ code: 'conflict' });
    expect(madeCalls()).toEqual(['desk.list_tickets']);
  });

  test('a plan does not hold for another version or a made-up id, nor beside dry_run', async () => {
    const { plan_id = '' } = await call({ ...skill, dry_run: true });
    await library.admit(closeTickets, `${closeCode}\n`, { supersedes: skill.name });
    await expect(call({ ...skill, plan_id })).rejects.toMatchObject({ code: 'conflict' });
    await expect(call({ ...skill, plan_id: 'plan_0' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(call({ ...skill, plan_id, dry_run: true })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('a call that the plan does not have is refused, and the execution fails', async () => {
    const { plan_id = '' } = await call({ ...skill, dry_run: true });
    library.desk.tickets['C1'] = ['T7', 'T99'];
    const result = await call({ ...skill, plan_id });
    expect(result).toMatchObject({ status: 'fail', error: expect.stringContaining('not in the confirmed plan') });
    expect(library.desk.calls.filter((made) => made.name === 'desk.close_ticket')).toEqual([
      { name: 'desk.close_ticket', args: { ticket_id: 'T7' } },
    ]);
  });

  test('a dry run that cannot get to its end gives no plan', async () => {
    const code = closeCode.replace('closed.push(done.ticket_id)', 'closed.push(done.missing.field)');
    await library.admit(closeTickets, code, { supersedes: skill.name });
    const dry = await call({ ...skill, dry_run: true });
    expect(dry.plan_id).toBeUndefined();
    expect(dry.planned_calls).toHaveLength(1);
    expect(dry.note).toContain('stopped before its end');
  });

  test('one that stops half-way says what it had changed already, and one that reads only does not', async () => {
    await library.admit(closeTickets, closeCode);
    const { desk } = library;
    const answer = desk.call.bind(desk);
    desk.call = async (name, args) => {
      if (args['ticket_id'] === 'T8') throw new Error('gone');
      return answer(name, args);
    };
    const half = await call(skill, async () => true);
    expect(half.status).toBe('fail');
    expect(half.note).toMatch(/close_ticket \{"ticket_id":"T7"\}; desk.close_ticket \{"ticket_id":"T8"\} \(failed/);
    desk.call = () => Promise.reject(new Error('down'));
    expect((await call(skill, async () => true)).note).toBeUndefined();
  });

  test('a dry run in which nothing would change gives no plan and says so', async () => {
    library.desk.tickets['C1'] = [];
    const dry = await call({ ...skill, dry_run: true });
    expect(dry.plan_id).toBeUndefined();
    expect(dry.planned_calls).toEqual([]);
    expect(dry.note).toContain('Nothing would change');
  });

  test('effects of a capability that it calls count as its own', async () => {
    const outer = specOf({
      ...closeTickets,
      name: 'tidy_customer',
      dependencies: { capabilities: [skill.name], tools: [] },
    });
    const code = `export async function execute(i, ctx) { return ctx.call('close_customer_tickets', i); }`;
    await library.admit(outer, code);
    const input = { name: 'tidy_customer', input: { customer_id: 'C1' } };
    await expect(call(input)).rejects.toMatchObject({ code: 'conflict' });
    const dry = await call({ ...input, dry_run: true });
    expect(dry.planned_calls).toHaveLength(2);
    expect(madeCalls()).toEqual(['desk.list_tickets']);
    expect((await call({ ...input, plan_id: dry.plan_id ?? '' })).payload).toEqual({ closed: ['T7', 'T8'] });
  });
});

test('a cancelled call is recorded and told as cancelled', async () => {
  await library.admit(closeTickets, closeCode);
  const abort = new AbortController();
  library.desk.call = async () => {
    abort.abort();
    return new Promise(() => undefined);
  };
  const pending = library.service.call(skill, plainContext('cli', abort.signal), async () => true);
  await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
  expect((await library.store.library.executionsOf(skill.name, 1))[0]).toMatchObject({
    error: expect.stringContaining('cancelled'),
    via: 'cli',
  });
});
