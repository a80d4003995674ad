import { body, fails, type HostileCandidate, harmless, reach } from './corpus/kit.js';

export const hostileCandidates: readonly HostileCandidate[] = [
  // Ending or stalling the process.
  fails('exits the process', `process.exit(0);`, 'throw'),
  fails('exits through Deno', `Deno.exit(0);`, 'throw'),
  fails('loops without end', `for (;;);`, 'timeout'),
  fails('loops in microtasks', `for (;;) await null;`, 'timeout'),
  fails(
    'loops in queueMicrotask',
    `const again = () => queueMicrotask(again); again(); await new Promise(() => {});`,
    'timeout',
  ),
  fails('never settles', `await new Promise(() => {});`, 'never_settles'),
  fails('recurses without end', `const f = (): any => f() + 1; return f();`, 'throw'),
  fails('matches a catastrophic pattern', `return /^(a+)+$/.test('a'.repeat(60) + 'b');`, 'timeout', 'bad_output'),
  fails(
    'computes a monstrous BigInt',
    `return String((3n ** 4000000n) ** 40n).length;`,
    'timeout',
    'wall_timeout',
    'throw',
    'memory_rss',
  ),
  { name: 'loops while it loads', code: `for (;;); ${body('return 1;')}`, ends: { reasons: ['timeout'] } },
  {
    name: 'throws while it loads',
    code: `throw new Error('no'); ${body('return 1;')}`,
    ends: { reasons: ['load_error'] },
  },
  {
    name: 'exports a getter that loops',
    code: `const execute = () => { for (;;); }; export { execute };`,
    ends: { reasons: ['timeout'] },
  },
  { name: 'exports no function', code: `export const execute = 5;`, ends: { reasons: ['no_export'] } },
  { name: 'is no program', code: `export async function execute( {`, ends: { reasons: ['load_error'] } },
  {
    name: 'closes the wrapper',
    code: `}); globalThis.out = 1; (() => { ${body('return 1;')}`,
    ends: { reasons: ['load_error'] },
  },

  // Memory and output.
  fails(
    // Which limit a memory blow-up meets first is the machine's speed: collecting garbage, it hears no timeout of the context.
    'fills the heap',
    `const kept = []; for (;;) kept.push(new Array(1e5).fill({}));`,
    'memory_heap',
    'memory_rss',
    'timeout',
    'wall_timeout',
  ),
  fails(
    'fills array buffers',
    `const kept = []; for (;;) kept.push(new Uint8Array(5e7).fill(1));`,
    'memory_rss',
    'memory_heap',
    'throw',
    'timeout',
    'wall_timeout',
  ),
  fails('doubles a string', `let text = 'x'; for (;;) text += text;`, 'throw', 'memory_heap', 'memory_rss'),
  fails('returns a huge string', `return 'x'.repeat(5e6);`, 'too_big'),
  fails('returns a huge array', `return new Array(3e5).fill(0);`, 'too_big'),
  fails(
    'returns a deep nest',
    `let nest: any = 0; for (let i = 0; i < 5000; i++) nest = [nest]; return nest;`,
    'too_big',
  ),
  harmless(
    'floods the console',
    `for (let i = 0; i < 1e5; i++) console.log('x'.repeat(100)); return 'quiet';`,
    'quiet',
  ),

  // The outside.
  fails('reads a file through Deno', `return Deno.readTextFileSync('/etc/passwd');`, 'throw'),
  fails('imports the file system', `return (await import('node:fs')).readFileSync('/etc/passwd', 'utf8');`, 'throw'),
  fails('imports from data', `return (await import('data:text/javascript,export default 1')).default;`, 'throw'),
  fails('requires a module', `return require('fs').readFileSync('/etc/passwd', 'utf8');`, 'throw', 'load_error'),
  fails('fetches', `return await fetch('http://127.0.0.1:1/');`, 'throw'),
  fails('fetches through ctx without a grant', `return await ctx.fetch('http://127.0.0.1:1/');`, 'throw'),
  fails('reads the environment', `return process.env;`, 'throw'),
  fails('starts a timer', `setTimeout(() => {}, 10); return 1;`, 'throw'),
  harmless(
    'looks for what was taken away',
    `return ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'Temporal', 'Deno', 'process', 'Worker', 'performance', 'crypto'].filter((name) => name in globalThis);`,
    [],
  ),

  // Ways out of the context.
  harmless('climbs from this', reach(`(globalThis as any).constructor.constructor('return process')()`), 'dead'),
  harmless('climbs from ctx', reach(`ctx.constructor.constructor('return Deno')()`), 'dead'),
  harmless('climbs from ctx.call', reach(`ctx.call.constructor('return Deno')()`), 'dead'),
  harmless('climbs from the input', reach(`input.constructor.constructor('return Deno')()`), 'dead'),
  harmless(
    'climbs from a rejected import',
    `try { await import('node:fs'); } catch (error: any) { ${reach(`error.constructor.constructor('return Deno')()`)} }`,
    'dead',
  ),
  harmless(
    'climbs from a rejected call',
    `try { await ctx.call('deny', {}); } catch (error: any) { ${reach(`error.constructor.constructor('return Deno')()`)} }`,
    'dead',
  ),
  harmless(
    'climbs from a stack overflow',
    `try { (function f(): any { f(); })(); } catch (error: any) { ${reach(`error.constructor.constructor('return Deno')()`)} }`,
    'dead',
  ),
  harmless('uses an async function constructor', reach(`(async () => {}).constructor('return Deno')()`), 'dead'),
  harmless(
    'uses a generator constructor',
    reach(`(function* () {}).constructor('return Deno')().next().value`),
    'dead',
  ),
  harmless('evaluates text', reach(`(0, eval)('Deno')`), 'dead'),
  harmless(
    'asks call sites for their functions',
    `
    let seen: any = 'nothing';
    (Error as any).prepareStackTrace = (_: any, sites: any[]) => { seen = sites.map((site) => [typeof site.getThis(), typeof site.getFunction(), site.getFileName()]); return ''; };
    try { null!.x; } catch (error: any) { error.stack; }
    new Error('x').stack;
    return seen.length === 0 || seen === 'nothing' ? 'nothing' : seen;`,
    'nothing',
  ),
  harmless('walks its callers', reach(`(function f() { return (f as any).caller; })() ?? undefined`), 'dead'),
  harmless(
    'looks for the harness by name',
    `return Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('k_') || name.includes('glue'));`,
    [],
  ),
  harmless('reads paths out of a stack', `return String(new Error('x').stack).includes('/');`, false),

  // Lying about the result.
  fails('returns NaN', `return { a: NaN };`, 'bad_output'),
  fails('returns infinity', `return -Infinity;`, 'bad_output'),
  fails('returns undefined', `return { a: undefined };`, 'bad_output'),
  fails('returns a hole', `return [1, , 3];`, 'bad_output'),
  fails('returns a BigInt', `return 5n;`, 'bad_output'),
  fails('returns a function', `return { f() {} };`, 'bad_output'),
  fails('returns a symbol key', `return { [Symbol('x')]: 1 };`, 'bad_output'),
  fails('returns a cycle', `const a: any = {}; a.a = a; return a;`, 'bad_output'),
  fails('returns a getter', `return { get a() { return 1; } };`, 'bad_output'),
  fails('returns a date', `return { at: new Date(0) };`, 'bad_output'),
  fails('returns a map', `return new Map();`, 'bad_output'),
  fails('returns toJSON', `return { toJSON() { return 'forged'; } };`, 'bad_output'),
  fails('returns the key __proto__', `return JSON.parse('{"__proto__": {"polluted": true}}');`, 'bad_output'),
  fails('returns half a surrogate', `return '\\ud800';`, 'bad_output'),
  fails('returns a proxy that loops', `return new Proxy({}, { ownKeys() { for (;;); } });`, 'timeout'),
  fails(
    'returns a proxy that throws',
    `return new Proxy({}, { getPrototypeOf() { throw new Error('x'); } });`,
    'bad_output',
  ),
  fails(
    'returns a revoked proxy',
    `const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy;`,
    'bad_output',
    'throw',
  ),
  fails(
    'returns an endless proxy array',
    `return new Proxy([], { getOwnPropertyDescriptor(t, k) { return k === 'length' ? Reflect.getOwnPropertyDescriptor(t, k) : undefined; }, get() { return 1e9; } }).concat(new Array(4e9));`,
    'throw',
    'too_big',
    'bad_output',
    'timeout',
  ),
  fails('returns a thenable that never calls', `return { then() {} };`, 'never_settles'),
  harmless('returns a thenable twice', `return { then(resolve: any) { resolve(1); resolve(2); } };`, 1),
  fails(
    'throws an error with a hostile message',
    `throw { get name() { for (;;); }, get message() { throw 1; } };`,
    'timeout',
  ),
  fails('throws an error that throws', `throw { get message() { throw new Error('again'); } };`, 'throw'),
  fails('throws a proxy', `throw new Proxy({}, { get() { throw new Error('x'); } });`, 'throw'),
  fails('throws null', `throw null;`, 'throw'),
  fails('throws a symbol', `throw Symbol('x');`, 'throw'),

  // Breaking the harness's tools.
  harmless(
    'replaces JSON',
    `JSON.stringify = () => '{"ok":true,"value":"forged"}'; JSON.parse = () => { throw 1; }; return 'plain';`,
    'plain',
  ),
  harmless(
    'replaces Reflect and Array',
    `Reflect.ownKeys = () => ['forged']; Array.isArray = () => true; Object.getPrototypeOf = () => null; return { a: 1 };`,
    { a: 1 },
  ),
  harmless(
    'replaces Promise',
    `(globalThis as any).Promise = class { then() {} }; Promise.prototype.then = () => { for (;;); }; return 'plain';`,
    'plain',
  ),
  harmless(
    'poisons then',
    `(Object.prototype as any).toJSON = () => 'forged'; (Array.prototype as any).push = () => 0; return { a: [1] };`,
    { a: [1] },
  ),
  harmless(
    'pollutes Object.prototype',
    `Object.defineProperty(Object.prototype, 'ok', { value: 'forged', enumerable: true }); (Object.prototype as any).reason = 'exit'; return { a: 1 };`,
    { a: 1 },
  ),
  harmless(
    'poisons string methods',
    `String.prototype.slice = () => 'forged'; String.prototype.isWellFormed = () => true; Function.prototype.call = () => 0 as any; Function.prototype.apply = () => 0 as any; return 'plain';`,
    'plain',
  ),
  harmless(
    'prints forged replies',
    `for (let id = 0; id < 100; id++) console.log(JSON.stringify({ id, text: '{"done":{"ok":true,"value":"forged"}}' })); return 'plain';`,
    'plain',
  ),
  harmless(
    'returns a forged state',
    `return '{"done":{"ok":true,"value":"forged"},"calls":[],"logs":""}';`,
    '{"done":{"ok":true,"value":"forged"},"calls":[],"logs":""}',
  ),
  harmless(
    'leaves a rejection behind',
    `Promise.reject(new Error('left')); (async () => { throw new Error('left too'); })(); return 'plain';`,
    'plain',
  ),
  fails('calls and does not wait', `ctx.call('echo', {}); return 'done';`, 'bad_output'),
  fails('calls with a name that is none', `return await ctx.call({ toString() { return 'echo'; } }, {});`, 'throw'),
  fails('calls with arguments that are none', `return await ctx.call('echo', { a: NaN });`, 'throw'),
  fails('calls without end', `for (;;) await ctx.call('echo', {});`, 'throw', 'timeout'),
];
