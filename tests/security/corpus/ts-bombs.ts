import type { FailureReason } from '../../../src/gate/model.js';
import { fails, type HostileCandidate, harmless, moduleFails } from './kit.js';

/** Which limit a bomb meets first is the machine's speed. */
const anyLimit: readonly FailureReason[] = ['timeout', 'wall_timeout', 'memory_heap', 'memory_rss', 'throw', 'exit'];
const bomb = (name: string, text: string): HostileCandidate => fails(name, text, ...anyLimit);

/** Time and memory spent by one call that looks small, and looks at the surroundings. */
export const bombs: readonly HostileCandidate[] = [
  bomb('repeats a text', `return 'x'.repeat(2 ** 29).repeat(2 ** 20);`),
  bomb('pads a text', `return 'x'.padStart(2 ** 53 - 1, 'ab');`),
  bomb('joins an empty list of four billion', `return new Array(2 ** 32 - 1).join('x').length;`),
  bomb('makes a list of a billion', `return Array.from({ length: 1e9 }).length;`),
  bomb('fills a list that is none', `return (Array.prototype.fill as any).call({ length: 2 ** 53 - 1 }, 1);`),
  bomb('searches a list that is none', `return (Array.prototype.lastIndexOf as any).call({ length: 2 ** 53 - 1 }, 1);`),
  bomb('sorts without end', `return [3, 2, 1].sort(() => { for (;;); });`),
  bomb(
    'sorts a huge list by a comparison that lies',
    `return Array.from({ length: 5e6 }, (_, n) => n).sort(() => (Math.random() < 0.5 ? 1 : -1)).length;`,
  ),
  bomb('shifts a BigInt', `return String(1n << (1n << 40n)).length;`),
  bomb('multiplies BigInts', `let n = 3n; for (;;) n *= n;`),
  bomb('writes a BigInt in decimal', `return (2n ** 60_000_000n).toString().length;`),
  bomb('flattens without end', `const list: any[] = []; list.push(list, list); return list.flat(Infinity).length;`),
  bomb(
    'parses a deep text',
    `return JSON.parse('['.repeat(3e6) + ']'.repeat(3e6)).length + 'x'.repeat(2 ** 30).length;`,
  ),
  bomb(
    'writes a deep list',
    `let list: any = []; for (let i = 0; i < 1e6; i += 1) list = [list]; for (;;) JSON.stringify(list);`,
  ),
  bomb(
    'matches by looking behind',
    `return /(?<=(a+)+)$b/.test('a'.repeat(40)) || /^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60));`,
  ),
  bomb('replaces what grows', `let text = 'a'; for (;;) text = text.replace(/a/g, '$&$&');`),
  bomb('splits a text into everything', `const all: unknown[] = []; for (;;) all.push('x'.repeat(1e6).split(''));`),
  bomb('normalizes a text that grows', `let text = '\\ufdfa'; for (;;) text = (text + text).normalize('NFKD');`),
  bomb(
    'segments a text',
    `const all = []; for (;;) all.push([...new Intl.Segmenter('en', { granularity: 'word' }).segment('x y '.repeat(1e5))]);`,
  ),
  bomb(
    'formats without end',
    `const all = []; for (;;) all.push(new Intl.NumberFormat('de', { style: 'unit', unit: 'liter' }), new Intl.DateTimeFormat('ar'), new Intl.Collator('sv'));`,
  ),
  bomb(
    'keeps views of growing buffers',
    `const all = []; for (;;) all.push(new Uint8Array(new (ArrayBuffer as any)(1e7, { maxByteLength: 2e7 })).fill(1));`,
  ),
  bomb('asks for a buffer of a terabyte', `return new ArrayBuffer(2 ** 40).byteLength;`),
  bomb(
    'asks for a growing buffer of a terabyte',
    `return new (ArrayBuffer as any)(8, { maxByteLength: 2 ** 40 }).resize(2 ** 40);`,
  ),
  bomb('fills a map', `const map = new Map(); for (let i = 0; ; i += 1) map.set(i, new Array(100).fill(i));`),
  bomb(
    'chains weak maps',
    `let key = {}; const map = new WeakMap(); const all = [key]; for (;;) { const next = new Array(100).fill(0); map.set(key, next); key = next; all.push(next); }`,
  ),
  bomb('makes symbols of the whole realm', `for (let i = 0; ; i += 1) Symbol.for('x'.repeat(1000) + i);`),
  bomb(
    'makes closures',
    `let f: any = () => 0; for (;;) { const g = f; const held = new Array(100).fill(1); f = () => [g, held]; }`,
  ),
  bomb('makes promises', `const all = []; for (;;) all.push(new Promise(() => {}).then(() => 0));`),
  bomb(
    'recurses through a getter',
    `const o = { get a(): unknown { return this.a; } }; for (;;) try { o.a; } catch {}`,
  ),
  bomb(
    'recurses through a proxy',
    `const p: any = new Proxy({}, { get: (_, key) => p[key] }); for (;;) try { p.a; } catch {}`,
  ),
  bomb('catches what stops it', `for (;;) { try { for (;;); } catch {} finally { for (;;); } }`),
  bomb(
    'yields without end',
    `const all = []; for (const each of (function* () { for (;;) yield new Array(1000).fill(0); })()) all.push(each); return all.length;`,
  ),
  bomb(
    'concatenates a deep rope and looks into it',
    `let text = 'x'; for (let i = 0; i < 28; i += 1) text = text + 'y' + text; return text.charCodeAt(text.length / 2) + [...text].length;`,
  ),
  bomb(
    'compiles patterns without end',
    `const all = []; for (let i = 0; ; i += 1) { const at = new RegExp('(?:' + 'a'.repeat(i % 5000) + '|b)' + i); at.test('abc'); all.push(at); }`,
  ),
  bomb(
    'copies the globals without end',
    `const all = []; for (;;) all.push(Object.getOwnPropertyDescriptors(globalThis), Object.getOwnPropertyDescriptors(Array.prototype));`,
  ),
  moduleFails(
    'fills the heap while it loads',
    `const all: unknown[] = []; for (;;) all.push(new Array(1e5).fill({}));\nexport async function execute() { return 1; }`,
    ...anyLimit,
    'load_error',
  ),

  // What the surroundings tell.
  harmless(
    'looks for a clock',
    `const zero = new Date(0); const t = (zero as any).toTemporalInstant?.(); return [typeof t?.constructor?.Now, Date.now() === Date.now(), new Date().getFullYear(), String(Date()).slice(11, 15), new (class extends Date {})().getFullYear(), new Intl.DateTimeFormat('en', { year: 'numeric' }).format()];`,
    ['undefined', true, 2026, '2026', 2026, '2026'],
  ),
  harmless(
    'measures time by the clock',
    `const start = Date.now(); for (let i = 0; i < 1e6; i += 1); return Date.now() - start;`,
    0,
  ),
  harmless(
    'looks for other clocks and dice',
    `return ['performance', 'crypto', 'setTimeout', 'setInterval', 'setImmediate', 'requestAnimationFrame', 'structuredClone', 'AbortSignal', 'EventTarget', 'TextDecoder', 'MessageChannel', 'gc', 'd8', 'print', '__bootstrap', 'Bun'].filter((name) => name in globalThis);`,
    [],
  ),
  harmless(
    'looks for the place',
    `const { locale, timeZone } = new Intl.DateTimeFormat().resolvedOptions(); return [locale, timeZone, new Date(0).getTimezoneOffset(), (1234.5).toLocaleString(), 'I'.toLocaleLowerCase()];`,
    ['en-US', 'UTC', 0, '1,234.5', 'i'],
  ),
  harmless('rolls dice that are pinned', `return [Math.random(), Math.random() === Math.random()];`, [
    0.6270739405881613,
    false,
  ]),
];
