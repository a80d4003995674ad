import { body, fails, type HostileCandidate, harmless, moduleFails, moduleHarmless } from './kit.js';

const plain = body('return 1;');
const repeated = (text: string, times: number): string => text.repeat(times);

/** Source text that parsers, the transpiler and the text around the candidate are to stumble over. */
export const syntax: readonly HostileCandidate[] = [
  moduleFails('begins with a hashbang', `#!/usr/bin/env node\n${plain}`, 'load_error'),
  moduleHarmless('begins with a byte order mark', `\ufeff${plain}`, 1),
  moduleFails('holds a comment of the web', `<!-- ${plain}\n${plain}`, 'load_error'),
  moduleFails('ends a comment of the web', `let a = 1;\n--> 0; }) ; (() => {\n${plain}`, 'load_error'),
  moduleFails('ends the function around it in a comment', `/* */ return 1; } /*\n${plain}`, 'load_error', 'no_export'),
  harmless('ends the function around it in a template', 'return `\n})); globalThis.out = 1; (() => {\n`.length;', 35),
  harmless(
    'ends a line where programs end none',
    `return 'a\u2028}); globalThis.out = 1; (() => {//\u2029'.length;`,
    37,
  ),
  harmless('ends a comment by a line separator', `// \u2028 return 'forged';\n return 'plain';`, 'forged'),
  harmless(
    'names what is around it',
    `try { return [typeof candidate_exports, typeof (globalThis as any).candidate_exports]; } catch { return 'dead'; }`.replaceAll(
      'typeof candidate_exports',
      'typeof (0 as any)',
    ),
    ['number', 'undefined'],
  ),
  harmless(
    'guesses the name of the harness',
    `const found = []; for (let i = 0; i < 1e4; i += 1) if (('k_' + i.toString(16).padStart(32, '0')) in globalThis) found.push(i); return found;`,
    [],
  ),
  moduleHarmless(
    'exports a name of the wrapper',
    `const candidate_exports = { execute: () => 'forged' }; export { candidate_exports };\n${plain}`,
    1,
  ),
  moduleHarmless('exports under another name', `async function go() { return 1; }\nexport { go as execute };`, 1),
  moduleHarmless(
    'exports what it changes later',
    `export let execute = async (): Promise<unknown> => 'first';\nexecute = async () => 'second';`,
    'second',
  ),
  moduleFails('exports by default only', `export default async function execute() { return 1; }`, 'no_export'),
  moduleFails('exports a class', `export class execute {}`, 'throw'),
  moduleFails('exports from elsewhere', `export { readFile as execute } from 'node:fs/promises';`, 'load_error'),
  moduleFails('exports everything from elsewhere', `export * from 'node:fs';\n${plain}`, 'load_error'),
  moduleFails('imports for its effect', `import 'node:fs';\n${plain}`, 'load_error'),
  moduleFails(
    'imports from data while it loads',
    `import { a } from 'data:text/javascript,export const a = 1';\nexport const b = a;\n${plain}`,
    'load_error',
  ),
  moduleFails('waits while it loads', `await new Promise(() => {});\n${plain}`, 'load_error'),
  moduleFails(
    'requires through TypeScript',
    `import fs = require('node:fs');\nexport async function execute() { return fs.readFileSync('/etc/passwd'); }`,
    'load_error',
  ),
  harmless(
    'asks where it stands',
    `try { return [typeof (import.meta as any).url]; } catch { return ['undefined']; }`,
    ['undefined'],
  ),
  moduleFails('returns from the module', `return 1;\n${plain}`, 'load_error'),
  moduleFails('is sloppy', `with ({ a: 1 }) { a; }\n${plain}`, 'load_error'),
  fails('asks who called it', `return (function f(): unknown { return arguments.callee; })();`, 'throw', 'load_error'),
  fails('evaluates under another spelling', `return (0, \\u0065val)('1');`, 'throw'),
  moduleFails(
    'is a pragma for pages',
    `/** @jsx globalThis.steal */\nexport async function execute() { return <a/>; }`,
    'load_error',
  ),
  harmless('names a map of its source', `return 1;\n//# sourceMappingURL=file:///etc/passwd\n`, 1),
  harmless(
    'names itself after a file of the host',
    `return String(new Error('x').stack).includes('passwd');\n//# sourceURL=/etc/passwd\n`,
    false,
  ),
  harmless('stops for a debugger', `debugger; return 1;`, 1),
  moduleFails('holds a zero', `const a = 1;\u0000\n${plain}`, 'load_error'),
  moduleHarmless('holds half a surrogate pair in a comment', `// \ud800\n${plain}`, 1),
  moduleFails(
    'decorates itself with a loop',
    `const loop = (): any => { for (;;); };\n@loop class A {}\n${plain}`,
    'timeout',
  ),
  harmless(
    'disposes of what throws',
    `let seen = 'none'; try { { using a = { [Symbol.dispose]() { throw new Error('x'); } } as any; a; } } catch (error: any) { seen = error.message; } return seen;`,
    'x',
  ),
  moduleFails(
    'doubles a name in an enum',
    `enum E { a0 = 'xxxxxxxx', ${Array.from({ length: 40 }, (_, n) => `a${n + 1} = a${n} + a${n}`).join(', ')} }\n${plain}`,
    'load_error',
  ),
  moduleFails(
    'doubles a template in an enum',
    `const enum E { a0 = 'xxxxxxxx', ${Array.from({ length: 40 }, (_, n) => `a${n + 1} = \`\${a${n}}\${a${n}}\``).join(', ')} }\n${plain}`,
    'load_error',
  ),
  moduleFails(
    'repeats a long name of an enum',
    `const enum E { a = '${repeated('x', 50_000)}' }\nexport const all = [${repeated('E.a,', 30_000)}];\n${plain}`,
    'load_error',
  ),
  moduleHarmless(
    'keeps its words in an enum',
    `enum Color { Red = 'red', Blue = 'blue' }\nenum Bit { A = 1 << 0, B = 1 << 1, AB = A | B }\nexport async function execute() { return [Color.Blue, Bit.AB]; }`,
    ['blue', 3],
  ),
  moduleFails(
    'nests blocks a hundred thousand deep',
    `${repeated('{', 95_000)}${repeated('}', 95_000)}\n${plain}`,
    'load_error',
  ),
  moduleFails(
    'nests blocks ten thousand deep',
    `${repeated('{', 9_000)}${repeated('}', 9_000)}\n${plain}`,
    'load_error',
  ),
  moduleFails(
    'nests brackets a hundred thousand deep',
    `const a = ${repeated('[', 95_000)}${repeated(']', 95_000)};\n${plain}`,
    'load_error',
  ),
  moduleFails('nests functions deep', `const a = ${repeated('() => ', 30_000)}1;\n${plain}`, 'load_error'),
  moduleFails(
    'nests templates deep',
    `const a = ${repeated('`${', 20_000)}1${repeated('}`', 20_000)};\n${plain}`,
    'load_error',
  ),
  moduleHarmless(
    'nests types that take forever to parse',
    `const a = ${repeated('<T>(', 40)}1${repeated(')', 40)};\n${plain}`,
    1,
  ),
  moduleFails('is longer than anyone reads', `// ${repeated('x', 200_001)}\n${plain}`, 'load_error'),
  moduleFails('declares execute twice', `${plain}\n${plain}`, 'load_error'),
  moduleFails('loads a loop in a static block', `class A { static { for (;;); } }\n${plain}`, 'timeout'),
  moduleFails('recurses while it loads', `const f = (): number => f() + 1; f();\n${plain}`, 'load_error'),
  moduleFails(
    'throws a proxy while it loads',
    `throw new Proxy({}, { get() { throw new Error('x'); } });\n${plain}`,
    'load_error',
  ),
  moduleHarmless(
    'loads a loop of microtasks that ends',
    `let n = 0; void (async () => { while (n < 1000) { n += 1; await null; } })();\nexport async function execute() { return n; }`,
    1000,
  ),
  moduleFails(
    'loads a loop of microtasks without end',
    `void (async () => { for (;;) await null; })();\n${plain}`,
    'timeout',
  ),
];
