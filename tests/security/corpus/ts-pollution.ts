import { fails, type HostileCandidate, harmless, reach } from './kit.js';

const define = (target: string, key: string, descriptor: string): string =>
  `Object.defineProperty(${target}, ${key}, ${descriptor});`;

/** Built-ins that the harness itself uses, changed under its feet. */
export const pollution: readonly HostileCandidate[] = [
  harmless(
    'puts an accessor named value on every object',
    `${define('Object.prototype', "'value'", `{ get() { return 'forged'; }, set() { for (;;); }, configurable: true }`)} return { a: [1] };`,
    { a: [1] },
  ),
  harmless(
    'makes every descriptor an accessor',
    `(Object.prototype as any).get = () => 'forged'; (Object.prototype as any).set = () => 0; return { a: 1 };`,
    { a: 1 },
  ),
  fails(
    'makes every descriptor an accessor and then has a call fail',
    `(Object.prototype as any).get = () => 'forged'; await ctx.call('deny', {}); return 1;`,
    'protocol',
    'throw',
  ),
  harmless(
    'makes every descriptor hidden',
    `(Object.prototype as any).enumerable = false; (Object.prototype as any).writable = false; return { a: 1 };`,
    { a: 1 },
  ),
  harmless(
    'puts setters on the numbers of lists',
    `for (const at of ['0', '1', '2']) ${define('Array.prototype', 'at', `{ set() { throw new Error('set'); }, get() { return 'forged'; }, configurable: true }`)} return ['a', 'b'];`,
    ['a', 'b'],
  ),
  fails(
    'fills the holes of its list through the prototype',
    `(Array.prototype as any)[0] = 'forged'; return new Array(2);`,
    'bad_output',
  ),
  harmless(
    'replaces the iterators',
    `const none = function* () {}; for (const kind of [Array, String, Map, Set]) (kind.prototype as any)[Symbol.iterator] = none; return { a: ['x', { b: 'y' }] };`,
    { a: ['x', { b: 'y' }] },
  ),
  harmless(
    'gives lists another species',
    `class Other extends Array {} ${define('Array', 'Symbol.species', `{ value: Other }`)} ${define('Promise', 'Symbol.species', `{ value: null }`)} return [1].map((n) => n + 1);`,
    [2],
  ),
  harmless(
    'replaces every function of Reflect',
    `for (const key of Reflect.ownKeys(Reflect)) try { (Reflect as any)[key] = () => 'forged'; } catch {} return { a: [1] };`,
    { a: [1] },
  ),
  harmless(
    'replaces every function of Object',
    `const keys = Object.getOwnPropertyNames(Object); for (const key of keys) try { (Object as any)[key] = () => 'forged'; } catch {} return { a: [1] };`,
    { a: [1] },
  ),
  harmless(
    'replaces every method of texts, lists and functions',
    `const names = Object.getOwnPropertyNames; const kinds = [String, Array, Function, Number, Boolean, Symbol, Map, Set, RegExp, Date, Error, Promise];
    for (const kind of kinds) for (const key of names(kind.prototype)) if (key !== 'constructor') try { (kind.prototype as any)[key] = () => 'forged'; } catch {}
    return { text: 'abc', list: [1, 'b'], n: 1.5 };`,
    { text: 'abc', list: [1, 'b'], n: 1.5 },
  ),
  harmless(
    'deletes everything that is global',
    `for (const key of Object.getOwnPropertyNames(globalThis)) try { delete (globalThis as any)[key]; } catch {} return { a: [1] };`,
    { a: [1] },
  ),
  harmless(
    'freezes what the harness may write to',
    `for (const each of [Object.prototype, Array.prototype, Function.prototype, Promise.prototype, Error.prototype, globalThis]) try { Object.freeze(each); } catch { Object.preventExtensions(each); } return (await ctx.call('echo', { n: 1 })).name;`,
    'echo',
  ),
  harmless(
    'puts a proxy behind the globals',
    `Object.setPrototypeOf(globalThis, new Proxy(Object.create(null), { get() { return 'forged'; }, has() { return true; } })); return { a: 1 };`,
    { a: 1 },
  ),
  harmless(
    'puts a proxy behind every object',
    `try { Object.setPrototypeOf(Object.prototype, new Proxy({}, { get() { for (;;); }, has() { for (;;); } })); } catch {} return { a: 1 };`,
    { a: 1 },
  ),
  harmless(
    'gives every object a then',
    `let times = 0; ${define('Object.prototype', "'then'", `{ get() { times += 1; return undefined; }, configurable: true }`)} const answer = await ctx.call('echo', { n: 1 }); return { name: answer.name };`,
    { name: 'echo' },
  ),
  fails(
    'gives every object a then that never calls',
    `(Object.prototype as any).then = function () {}; return { a: 1 };`,
    'never_settles',
  ),
  fails(
    'makes its own promise lie about its constructor',
    `${define('Promise.prototype', "'constructor'", `{ get() { for (;;); }, configurable: true }`)} return 1;`,
    'timeout',
  ),
  harmless(
    'lets promises resolve twice',
    `const real = Promise.prototype.then; Promise.prototype.then = function (good: any, bad: any) { good?.('early'); return real.call(this, good, bad) as any; }; return 'plain';`,
    'plain',
  ),
  harmless(
    'converts everything to another text',
    `(Object.prototype as any)[Symbol.toPrimitive] = () => 'forged'; (Number.prototype as any).toString = () => 'forged'; (String.prototype as any).valueOf = () => 'forged'; (Object.prototype as any)[Symbol.toStringTag] = 'forged'; return [1, 'a', true, null];`,
    [1, 'a', true, null],
  ),
  harmless(
    'is an instance of anything',
    `try { ${define('Function.prototype', 'Symbol.hasInstance', `{ configurable: true, value: () => true }`)} } catch {} return { a: 1 };`,
    { a: 1 },
  ),
  harmless('hands out raw JSON', `return { raw: (JSON as any).rawJSON('1').rawJSON };`, { raw: '1' }),
  harmless('returns an object of raw JSON', `return { raw: (JSON as any).rawJSON('1e999') };`, {
    raw: { rawJSON: '1e999' },
  }),
  fails(
    'throws where the message of every error loops',
    `${define('Error.prototype', "'name'", `{ get() { for (;;); } }`)} throw new Error('x');`,
    'timeout',
    'wall_timeout',
  ),
  fails(
    'throws where errors have no message',
    `${define('Error.prototype', "'message'", `{ get() { throw 1; } }`)} throw new Error();`,
    'throw',
  ),
  harmless(
    'raises the limit of stack traces',
    `try { (Error as any).stackTraceLimit = 100; } catch {} const at: any = {}; Error.captureStackTrace(at); return [String(at.stack).includes('at '), String(new Error('x').stack).includes('at ')];`,
    [false, false],
  ),
  harmless(
    'reads its own text',
    `return [String(execute).includes('reads'), Function.prototype.toString.call(ctx.call).includes('waiting')];`,
    [false, false],
  ),
  harmless(
    'reads the text of a class',
    `class Own { secret() { return 1; } } return [\`\${Own}\`.includes('secret'), (Own as any).toString().includes('secret')];`,
    [false, false],
  ),
  harmless(
    'asks an async generator for its constructor',
    reach(`(async function* () {}).constructor('return Deno')().next()`),
    'dead',
  ),
  harmless(
    'asks a bound function for its constructor',
    reach(`(() => 0).bind(null).constructor('return Deno')()`),
    'dead',
  ),
  harmless(
    'asks a class for a constructor of code',
    reach(`new (class extends (Function as any) {})('return Deno')()`),
    'dead',
  ),
  harmless(
    'constructs code by reflection',
    reach(`Reflect.construct(Object.getPrototypeOf(async () => {}).constructor, ['return Deno'])()`),
    'dead',
  ),
  harmless(
    'finds no other realm behind errors',
    `const seen: unknown[] = []; const note = (error: any) => { for (let at = error; at; at = Object.getPrototypeOf(at)) if (at.constructor?.constructor !== Function) seen.push('foreign'); };
    const nest: any = []; let inner = nest; for (let i = 0; i < 1e5; i += 1) { inner[0] = []; inner = inner[0]; }
    const tries = [() => (0, eval)('1'), () => Function('1'), () => new RegExp('('.repeat(1e5)), () => JSON.stringify(nest), () => (null as any).x, () => 'x'.repeat(2 ** 30), () => new Array(-1), () => structuredClone(1), () => decodeURI('%'), () => new Intl.NumberFormat('x-'), () => Symbol() + ''];
    for (const each of tries) try { each(); } catch (error) { note(error); }
    for (const each of ['node:fs', 'data:text/javascript,1', 'https://example.org/x.js', './x.js']) try { await import(each); } catch (error) { note(error); }
    try { await ctx.call(1); } catch (error) { note(error); } try { await ctx.call('deny', {}); } catch (error) { note(error); } try { await ctx.fetch(); } catch (error) { note(error); }
    return seen;`,
    [],
  ),
  harmless(
    'finds no other realm behind what it is given',
    `const foreign: string[] = []; const seen = new Set(); const walk = (value: any, path: string, left: number) => {
      if (left === 0 || value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return; seen.add(value);
      let top = value; for (let up = value; up !== null; up = Object.getPrototypeOf(up)) top = up;
      if (top !== Object.prototype && top !== value) foreign.push(path);
      for (const key of Reflect.ownKeys(value)) { const found = Object.getOwnPropertyDescriptor(value, key); for (const part of ['value', 'get', 'set'] as const) walk(found?.[part], path + '.' + String(key), left - 1); } walk(Object.getPrototypeOf(value), path + '^', left - 1);
    };
    walk(globalThis, 'globalThis', 6); walk(ctx, 'ctx', 6); walk(input, 'input', 6); walk(await ctx.call('echo', {}), 'answer', 6); return foreign;`,
    [],
  ),
];
