import { fails, type HostileCandidate, harmless } from './kit.js';

/** Calls out, promises left behind, and work that goes on after the answer. */
export const calls: readonly HostileCandidate[] = [
  fails(
    'calls without end and heeds no refusal',
    `for (;;) { try { await ctx.call('echo', {}); } catch {} }`,
    'output_flood',
    'timeout',
  ),
  fails(
    'works between calls, each time a little',
    `for (let i = 0; i < 900; i += 1) { for (let j = 0; j < 3e7; j += 1); await ctx.call('echo', {}); } return 1;`,
    'timeout',
  ),
  fails(
    'makes a hundred thousand calls at once',
    `const all = []; for (let i = 0; i < 1e5; i += 1) all.push(ctx.call('echo', {}).catch(() => 0)); await Promise.all(all); return 1;`,
    'output_flood',
    'memory_heap',
    'memory_rss',
    'timeout',
  ),
  fails(
    'makes calls too large for one line',
    `const text = 'x'.repeat(900_000); await Promise.all(Array.from({ length: 20 }, () => ctx.call('echo', { text }))); return 1;`,
    'output_flood',
    'memory_heap',
    'memory_rss',
  ),
  harmless('calls a name that is a book', `return (await ctx.call('x'.repeat(2e6), {})).name.length;`, 203),
  harmless(
    'calls names of the prototype',
    `const names = []; for (const name of ['__proto__', 'constructor', 'toString']) names.push((await ctx.call(name, {})).name); return names;`,
    ['__proto__', 'constructor', 'toString'],
  ),
  fails('calls with half a surrogate pair', `return await ctx.call('echo', { a: '\\ud800' });`, 'throw'),
  fails('calls with a key of the prototype', `return await ctx.call('echo', JSON.parse('{"__proto__": 1}'));`, 'throw'),
  fails('calls with itself', `const args: any = {}; args.args = args; return await ctx.call('echo', args);`, 'throw'),
  fails(
    'calls with a deep nest',
    `let args: any = {}; for (let i = 0; i < 1e4; i += 1) args = { args }; return await ctx.call('echo', args);`,
    'throw',
  ),
  harmless(
    'calls with a proxy that calls',
    `let n = 0; const args: any = new Proxy({}, { ownKeys() { n += 1; if (n < 3) void ctx.call('echo', args); return []; } }); await ctx.call('echo', args); return n;`,
    3,
  ),
  fails(
    'calls after it has returned',
    `let late: Promise<unknown> = Promise.resolve(); for (let i = 0; i < 9; i += 1) late = late.then(() => 0); void late.then(() => ctx.call('echo', {})); return 1;`,
    'bad_output',
  ),
  fails(
    'calls from a microtask while it returns',
    `queueMicrotask(() => void ctx.call('echo', {})); return 1;`,
    'bad_output',
  ),
  fails('keeps a call for later', `const call = ctx.call('echo', {}); return { call };`, 'bad_output'),
  harmless(
    'calls itself',
    `if (input.n > 0) { input = { n: input.n - 1 }; return (await execute(input, ctx)) + 1; } return 0;`,
    7,
  ),
  harmless(
    'changes the functions that it was given',
    `ctx.call = async () => 'forged'; ctx.now = () => 'forged'; return [await ctx.call('x', {}), ctx.now()];`,
    ['forged', 'forged'],
  ),
  harmless(
    'changes what a call answered',
    `const answer = await ctx.call('echo', { n: 1 }); Object.setPrototypeOf(answer, null); answer.args = 'forged'; return (await ctx.call('echo', { n: 2 })).args.n;`,
    2,
  ),
  harmless(
    'waits for a call in many places',
    `const call = ctx.call('echo', { n: 1 }); const all = await Promise.all([call, call, call]); return all.length;`,
    3,
  ),
  fails(
    'goes on in microtasks after it has returned',
    `void (async () => { for (;;) await null; })(); return 1;`,
    'timeout',
  ),
  fails(
    'goes on in queued microtasks after it has returned',
    `const again = (): void => queueMicrotask(again); again(); return 1;`,
    'timeout',
  ),
  fails(
    'leaves an endless async generator running',
    `void (async () => { for await (const each of (async function* () { for (;;) yield 1; })()) each; })(); return 1;`,
    'timeout',
  ),
  harmless(
    'leaves promises behind that never settle',
    `for (let i = 0; i < 1e4; i += 1) void (async () => { await new Promise(() => {}); })(); return 1;`,
    1,
  ),
  harmless(
    'leaves a hundred thousand rejections behind',
    `for (let i = 0; i < 1e5; i += 1) void Promise.reject(i); return 1;`,
    1,
  ),
  harmless(
    'leaves rejections behind that loop when they are read',
    `const evil = { get stack() { for (;;); }, get message() { for (;;); }, toString() { for (;;); } }; void Promise.reject(evil); void Promise.reject(new Proxy(Error, { get() { for (;;); }, getPrototypeOf() { for (;;); } })); return 1;`,
    1,
  ),
  harmless('throws in a microtask', `queueMicrotask(() => { throw new Error('left'); }); await null; return 1;`, 1),
  fails(
    'throws in a microtask what loops when it is shown',
    `queueMicrotask(() => { throw { [Symbol.toPrimitive]() { for (;;); } }; }); await null; return 1;`,
    'timeout',
    'wall_timeout',
  ),
  fails('waits in a finally', `try { return 1; } finally { await new Promise(() => {}); }`, 'never_settles'),
  fails(
    'throws in a finally',
    `try { return 1; } finally { throw new Error('x'); }`.replace('throw new', 'if (input) throw new'),
    'throw',
  ),
  fails(
    'disposes without end',
    `const stack = new AsyncDisposableStack(); stack.defer(async () => { for (;;) await null; }); await stack.disposeAsync(); return 1;`,
    'timeout',
  ),
  fails(
    'waits for one that waits for it',
    `const other: { wait?: Promise<unknown> } = {}; other.wait = (async () => { await null; await other.wait; })(); await other.wait; return 1;`,
    'never_settles',
  ),
  fails(
    'asks for pages without waiting',
    `for (let i = 0; i < 10; i += 1) void ctx.fetch('http://127.0.0.1:1/').catch(() => 0); return await ctx.fetch('http://127.0.0.1:1/');`,
    'throw',
  ),
  harmless(
    'floods the console with what cannot be shown',
    `const evil = new Proxy({}, { ownKeys() { throw new Error('x'); } }); for (let i = 0; i < 1e4; i += 1) console.log(evil, Symbol('x'), () => 0, 'x'.repeat(1e4)); return 1;`,
    1,
  ),
  harmless('replaces the console', `(globalThis as any).console = { log: null }; return 1;`, 1),
];
