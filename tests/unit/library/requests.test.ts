import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plainContext } from '../../../src/context.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import type { CallCapabilityInput } from '../../../src/library/contract.js';
import { maxRequests } from '../../../src/library/fetch.js';
import type { Spec } from '../../../src/specs/model.js';
import { serveWeb, type Web } from '../../support/web.js';
import { openSandbox } from '../gate/support.js';
import { type Library, openLibrary } from './desk.js';
import { specOf } from './fixtures.js';

let sandbox: Sandbox;
let web: Web;
let library: Library;
beforeAll(async () => {
  sandbox = openSandbox();
  web = await serveWeb((request, response) => response.end(`${request.method} ${request.url}`));
});
afterAll(() => Promise.all([sandbox.close(), web.close()]));
beforeEach(() => {
  web.hits.splice(0);
  library = openLibrary(sandbox, { grants: { net: [web.host] } });
});
afterEach(() => library.close());

const call = (input: CallCapabilityInput) => library.service.call(input, plainContext('mcp'), async () => undefined);

/** Does what it says with `ctx`, and gives what became of it. */
function codeOf(body: string): string {
  return `export async function execute(input, ctx) {
    let told;
    try { told = await (async () => { ${body} })(); } catch (error) { told = error.code + ': ' + error.message; }
    return { status: 'ok', payload: { told }, prov: [] };
  }`;
}

function fetching(name: string, changes: Partial<Spec> = {}): Spec {
  return specOf({
    name,
    input_schema: { type: 'object' },
    output_schema: { type: 'object', required: ['told'] },
    permissions: { net: [web.host] },
    tests: [],
    ...changes,
  });
}

async function toldBy(body: string, changes: Partial<Spec> = {}, destructive = false): Promise<unknown> {
  await library.admit(fetching('ask_web', changes), codeOf(body), { destructive });
  const { payload } = await call({ name: 'ask_web', input: {}, dry_run: destructive });
  return typeof payload === 'object' && payload !== null && 'told' in payload ? payload['told'] : payload;
}

describe('ctx.fetch', () => {
  test('fails by codes that the code can tell apart', async () => {
    const at = web.origin;
    const told = await toldBy(`
      const codes = [];
      for (const [url, options] of [
        ['https://example.org/'], ['http://127.0.0.1:1/'], ['nothing'], [7], ['${at}', { method: 'POST' }],
        ['${at}', { headers: { host: 'x' } }], ['${at}', { body: {} }], ['${at}', { extra: 1 }], ['${at}', { body: undefined }],
        ['${at.replace('//', '//me:pw@')}'],
      ]) codes.push(await ctx.fetch(url, options).then((answer) => answer.status, (error) => error.name + ' ' + error.code));
      return codes;
    `);
    const not = (code: string) => `CallError ${code}`;
    expect(told).toEqual([
      ...[not('not_granted'), not('not_granted'), not('invalid_input'), not('invalid_input'), not('not_granted')],
      ...Array(5).fill(not('invalid_input')),
    ]);
    expect(web.hits).toEqual([]);
  });

  test('is not to be had as a call of that name', async () => {
    expect(await toldBy(`return ctx.call('fetch', { url: '${web.origin}' });`)).toMatch(/^invalid_input: .*ctx\.fetch/);
  });

  test('gives only as many answers as one execution may have', async () => {
    const told = await toldBy(`
      let answers = 0;
      try { for (;;) { await ctx.fetch('${web.origin}'); answers += 1; } } catch (error) { return answers + ' ' + error.code; }
    `);
    expect(told).toBe(`${maxRequests} limit`);
    expect(web.hits).toHaveLength(maxRequests);
  });

  test('serves the hosts of the very capability that asks, and counts for the whole execution', async () => {
    const ask = `return (await ctx.fetch('${web.origin}/inner')).body;`;
    await library.admit(fetching('declares_it'), codeOf(ask));
    await library.admit(fetching('declares_nothing', { permissions: { net: [] } }), codeOf(ask));
    const dependencies = { capabilities: ['declares_it', 'declares_nothing'], tools: [] };
    const skill = fetching('calls_both', { kind: 'skill', dependencies, permissions: { net: [] } });
    const body = `
      const told = [];
      for (const name of ['declares_it', 'declares_nothing']) told.push((await ctx.call(name, {})).payload.told);
      try { told.push(await ctx.fetch('${web.origin}/own')); } catch (error) { told.push(error.code); }
      try { for (;;) { const { payload } = await ctx.call('declares_it', {}); if (payload.told.startsWith('limit')) throw payload; } }
      catch (error) { told.push(error.told.slice(0, 5)); }
      return told;`;
    await library.admit(skill, codeOf(body));
    const { payload } = await call({ name: 'calls_both', input: {} });
    expect(payload).toEqual({ told: ['GET /inner', expect.stringMatching(/^not_granted: /), 'not_granted', 'limit'] });
    expect(web.hits).toHaveLength(maxRequests);
  });

  test('is recorded without what must not be kept', async () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const headers = `{ authorization: 'Bearer opensesame', 'x-note': '${token}' }`;
    await library.admit(
      fetching('ask_web'),
      codeOf(`return (await ctx.fetch('${web.origin}/${token}', { headers: ${headers} })).body;`),
    );
    const { execution_id, payload } = await call({ name: 'ask_web', input: {} });
    expect(payload).toEqual({ told: `GET /${token}` });
    expect(web.hits[0]?.headers).toMatchObject({ authorization: 'Bearer opensesame', 'x-note': token });
    const kept = JSON.stringify(await library.store.library.getExecution(execution_id));
    expect(kept).toContain('"name":"fetch"');
    expect(kept).not.toMatch(/opensesame|ghp_/);
  });
});

describe('a request that may change something', () => {
  const recorded = () => ({
    name: 'fetch',
    args: { url: `${web.origin}/x`, method: 'POST' },
    result: { status: 201, headers: {}, body: 'recorded' },
  });
  const post = () => `return (await ctx.fetch('${web.origin}/x', { method: 'post', body: 'b' })).body;`;

  test('is refused where the capability is known to change nothing', async () => {
    expect(await toldBy(post())).toBe('not_granted: ask_web is known to change nothing: no test records a POST.');
    expect(web.hits).toEqual([]);
  });

  test('is a planned call of a dry run, answered with a recording, and made with the plan', async () => {
    const test = { name: 'posts', input: {}, calls: [recorded()], expected: { status: 'ok' as const } };
    await library.admit(fetching('ask_web', { tests: [test] }), codeOf(post()), { destructive: true });
    await expect(call({ name: 'ask_web', input: {} })).rejects.toMatchObject({ code: 'conflict' });
    const dry = await call({ name: 'ask_web', input: {}, dry_run: true });
    expect(dry).toMatchObject({
      payload: { told: 'recorded' },
      planned_calls: [{ name: 'fetch', args: { url: `${web.origin}/x`, method: 'POST', body: 'b' } }],
    });
    expect(web.hits).toEqual([]);
    const real = await call({ name: 'ask_web', input: {}, plan_id: dry.plan_id });
    expect(real.payload).toEqual({ told: 'POST /x' });
    expect(web.hits).toMatchObject([{ method: 'POST', path: '/x', body: 'b' }]);
  });

  test('is not planned where it would be refused', async () => {
    const told = await toldBy("return (await ctx.fetch('https://example.org/', { method: 'DELETE' })).body;", {}, true);
    expect(told).toMatch(/^not_granted: /);
  });

  test('is not made where the plan has another', async () => {
    const code = codeOf(`return (await ctx.fetch('${web.origin}/' + ctx.random(), { method: 'PUT' })).body;`);
    await library.admit(fetching('ask_web'), code, { destructive: true });
    const dry = await call({ name: 'ask_web', input: {}, dry_run: true });
    const real = await call({ name: 'ask_web', input: {}, plan_id: dry.plan_id });
    expect(real.payload).toEqual({ told: 'conflict: The PUT is not in the confirmed plan.' });
    expect(web.hits).toEqual([]);
  });
});
