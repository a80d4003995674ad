import { describe, expect, test } from 'vitest';
import { maxCandidateChars, staticProblems } from '../../../src/gate/stages/static-check.js';

const execute = (text: string): string => `export async function execute(input: any, ctx: any) { ${text} }`;

describe('the static stage', () => {
  test.each([
    ['a function declaration', execute('return { status: "ok", payload: input, prov: [] };')],
    [
      'an arrow function',
      'export const execute = async (input: unknown) => ({ status: "ok", payload: input, prov: [] });',
    ],
    ['an export list', 'async function work() { return 1; } export { work as execute };'],
    [
      'types, enums and interfaces',
      `interface A { process: string } type B = Function; enum C { One } ${execute('return C.One as number;')}`,
    ],
    ['own names that are like forbidden ones', execute('const process = (self: number) => self; return process(1);')],
    ['properties that are like forbidden ones', execute('return { process: input.process, eval: input["require"] };')],
    ['classes with constructors', `class A { constructor(readonly x: number) {} } ${execute('return new A(1).x;')}`],
    ['dates with a time', execute('return new Date(ctx.now()).toISOString();')],
  ])('lets %s pass', (_name, code) => {
    expect(staticProblems(code)).toEqual([]);
  });

  test.each([
    ['a static import', `import fs from 'node:fs'; ${execute('')}`, 'imports are not allowed'],
    ['a type import', `import type { A } from './a'; ${execute('')}`, 'imports are not allowed'],
    ['a dynamic import', execute(`await import('node:fs');`), 'imports are not allowed'],
    ['import.meta', execute('return import.meta.url;'), 'import.meta'],
    ['require', execute(`return require('fs');`), 'require is not allowed'],
    ['import equals', `import fs = require('fs'); ${execute('')}`, 'imports are not allowed'],
    ['a re-export', `export * from 'node:fs'; ${execute('')}`, 'imports are not allowed'],
    ['a named re-export', `export { a } from './a.js'; ${execute('')}`, 'exports from other modules'],
    ['Deno', execute('return Deno.env;'), 'Deno is not allowed'],
    ['process in a shorthand', execute('return { process };'), 'process is not allowed'],
    ['globalThis by key', execute('return globalThis["De" + "no"];'), 'globalThis is not allowed'],
    ['eval', execute('return eval("1");'), 'eval is not allowed'],
    ['Function', execute('return new Function("return 1")();'), 'Function is not allowed'],
    ['.constructor', execute('return (() => 1).constructor;'), '.constructor is not allowed'],
    ['a written constructor', execute('return input["constructor"];'), '.constructor is not allowed'],
    ['__proto__', execute('input.__proto__.x = 1;'), '.__proto__ is not allowed'],
    ['fetch', execute('return fetch("http://localhost");'), 'use ctx.fetch'],
    ['timers', execute('setTimeout(() => 1);'), 'there are no timers'],
    ['the clock', execute('return Date.now();'), 'use ctx.now()'],
    ['the clock of a new date', execute('return new Date();'), 'use ctx.now()'],
    ['dice', execute('return Math.random();'), 'use ctx.random()'],
    ['no execute', 'export const run = 1;', 'export async function execute'],
    ['an execute that is not exported', 'async function execute() {}', 'export async function execute'],
    ['a default export', 'export default async function execute() {}', 'export async function execute'],
    ['an execute that is not async', 'export function execute() {}', 'must be an async function'],
    ['a generator', 'export async function* execute() {}', 'must be an async function'],
    ['what does not parse', 'export async function execute( {', 'cannot be read'],
    ['too much', `${execute('')}//${'x'.repeat(maxCandidateChars)}`, 'at most'],
    ['a nest without measure', execute(`return ${'['.repeat(40_000)}${']'.repeat(40_000)};`), 'nested too deeply'],
  ])('refuses %s', (_name, code, reason) => {
    expect(staticProblems(code).join('\n')).toContain(reason);
  });

  test('names the line', () => {
    expect(staticProblems(`${execute('return 1;')}\nexport const a = Deno;`)).toEqual(['line 2: Deno is not allowed']);
  });
});
