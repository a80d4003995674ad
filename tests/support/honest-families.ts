import type { JsonObject, JsonValue } from '../../src/json.js';

/** A small task with code that does it, a second solution to take the expectations from, and inputs that try it all. */
export interface Family {
  readonly name: string;
  readonly language?: 'python';
  readonly fields: JsonObject;
  readonly output: JsonObject;
  /** Statements that leave the answer in `result`; may return an observation before that. */
  code(k: number): string;
  answer(k: number, input: Inputs): JsonValue | undefined;
  inputs(k: number): JsonObject[];
  /** Of the inputs, those of a lazy author: different answers, but one way through the code. */
  readonly easy?: readonly number[];
}

// biome-ignore lint/suspicious/noExplicitAny: each family knows what its own inputs hold
export type Inputs = any;

const number = { type: 'number' };
const integer = { type: 'integer' };
const text = { type: 'string' };
const flag = { type: 'boolean' };
const list = (items: JsonObject): JsonObject => ({ type: 'array', items });
const ns = (...lists: number[][]): JsonObject[] => lists.map((numbers) => ({ numbers }));
const ts = (...texts: string[]): JsonObject[] => texts.map((one) => ({ text: one }));
const each = (...values: number[]): JsonObject[] => values.map((n) => ({ n }));

export const firstFamilies: readonly Family[] = [
  {
    name: 'clamp',
    fields: { n: integer },
    output: integer,
    code: (k) => `let result = input.n; if (result < ${k}) result = ${k}; if (result > ${k + 10}) result = ${k + 10};`,
    answer: (k, { n }) => Math.max(k, Math.min(k + 10, n)),
    inputs: (k) => each(k + 3, k + 5, k + 7, k - 5, k + 40, k, k + 10, -90),
    easy: [0, 1, 2],
  },
  {
    name: 'sum_above',
    fields: { numbers: list(integer) },
    output: integer,
    code: (k) => `let result = 0; for (const n of input.numbers) { if (n > ${k}) result += n; }`,
    answer: (k, { numbers }) => numbers.filter((n: number) => n > k).reduce((a: number, b: number) => a + b, 0),
    inputs: (k) => ns([k + 1, k + 2], [k + 8], [k + 3, k + 30], [k, k + 1], [k - 1, k + 9, 0], [], [k + 5, k - 4]),
  },
  {
    name: 'long_words',
    fields: { text },
    output: integer,
    code: (k) => `const words = input.text.split(' '); const result = words.filter((w) => w.length >= ${k}).length;`,
    answer: (k, input) => input.text.match(new RegExp(`[^ ]{${k},}`, 'g'))?.length ?? 0,
    inputs: (k) =>
      ts(
        `${'a'.repeat(k)} b`,
        `${'a'.repeat(k + 1)} ${'b'.repeat(k + 2)} c`,
        'a b c',
        `${'x'.repeat(k - 1)} ${'y'.repeat(k)} ${'z'.repeat(k)}`,
        `${'q'.repeat(k)} ${'r'.repeat(k)} ${'s'.repeat(k)} ${'t'.repeat(k)}`,
        'x',
      ),
  },
  {
    name: 'initials',
    fields: { text },
    output: text,
    code: (k) =>
      `const parts = input.text.trim().split(' ').slice(0, ${k}); const result = parts.map((p) => p.charAt(0).toUpperCase()).join('.');`,
    answer: (k, input) => {
      const found: string[] = [];
      for (const word of input.text.split(' ')) if (word !== '' && found.length < k) found.push(word[0].toUpperCase());
      return found.join('.');
    },
    inputs: () =>
      ts(
        'ada lovelace',
        ' grace hopper',
        'x',
        'a b c d e f g h i j k l m n',
        'Alan Mathison Turing ',
        'q w e r t y u i o p a s',
      ),
  },
  {
    name: 'slug',
    fields: { text },
    output: text,
    code: (k) =>
      `const result = input.text.trim().toLowerCase().replace(/[^a-z0-9]+/g, '${'-_~'[k % 3]}').slice(0, ${k + 9});`,
    answer: (k, input) =>
      [...input.text.trim().toLowerCase()]
        .map((c) => (/[a-z0-9]/.test(c) ? c : ' '))
        .join('')
        .split(/ +/)
        .join('-_~'[k % 3])
        .slice(0, k + 9),
    inputs: () => ts('Hello World', ' A b  C', 'one', 'Long titles are cut at the end of it', 'x & y', 'UPPER'),
  },
  {
    name: 'gross_price',
    fields: { net: number, exempt: flag },
    output: number,
    code: (k) => `const rate = input.exempt ? 0 : ${k + 3}; const result = Math.round(input.net * (100 + rate)) / 100;`,
    answer: (k, { net, exempt }) => (exempt ? Math.round(net * 100) / 100 : Math.round(net * (103 + k)) / 100),
    inputs: () => [
      { net: 10, exempt: false },
      { net: 25, exempt: false },
      { net: 19.99, exempt: true },
      { net: 7.49, exempt: false },
      { net: 0, exempt: false },
      { net: 80.01, exempt: true },
    ],
  },
  {
    name: 'shipping',
    fields: { weight: integer, express: { type: 'boolean' } },
    output: integer,
    code: (k) => `let result = 30; if (input.weight <= ${k}) result = 5; else if (input.weight <= ${k * 4}) result = 12;
      if (input.express) result += ${k};`,
    answer: (k, { weight, express }) => (weight > 4 * k ? 30 : weight > k ? 12 : 5) + Number(express) * k,
    inputs: (k) => [1, k, k + 1, 4 * k, 4 * k + 1, k, 4 * k, 90].map((weight, at) => ({ weight, express: at > 4 })),
    easy: [0, 2, 4],
  },
  {
    name: 'title_case',
    fields: { text },
    output: text,
    code: (k) =>
      `const words = input.text.split(' '); const result = words.map((w) => w.length < ${k} ? w.toLowerCase() : w.charAt(0).toUpperCase() + w.slice(1).toLowerCase()).join(' ');`,
    answer: (k, input) =>
      input.text
        .toLowerCase()
        .split(' ')
        .map((w: string) => (w.length < k ? w : w.replace(/^./, (c) => c.toUpperCase())))
        .join(' '),
    inputs: (k) =>
      ts(
        'the quick brownish elephantine animal',
        'A b C',
        `${'a'.repeat(k)} ${'B'.repeat(k - 1)}`,
        'MIXED cAsE extraordinarily',
        'x',
        `${'cD'.repeat(k)} z`,
      ),
  },
  {
    name: 'median',
    fields: { numbers: list(integer) },
    output: number,
    code: (k) => `if (input.numbers.length === 0) return { status: 'missing', payload: null, prov: [] };
      const sorted = [...input.numbers].sort((a, b) => a - b); const half = Math.floor(sorted.length / 2);
      const result = ${k} * (sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2);`,
    answer: (k, { numbers }) => {
      const s = [...numbers].sort((a: number, b: number) => a - b);
      if (s.length === 0) return undefined;
      return (k * (s[Math.ceil(s.length / 2) - 1] + s[Math.floor(s.length / 2)])) / 2;
    },
    inputs: () => ns([3, 1, 2], [4, 1], [], [9, 10, 2, 33], [5], [-4, -20, 7, 8, 100]),
    easy: [4, 0],
  },
  {
    name: 'dedupe',
    fields: { items: list(text) },
    output: list(text),
    code: (k) =>
      `const seen = new Set(); const result = []; for (const item of input.items) { if (seen.has(item) || item.length > ${k + 3}) continue; seen.add(item); result.push(item); }`,
    answer: (k, { items }) => [...new Set(items.filter((one: string) => one.length <= k + 3))] as string[],
    inputs: (k) =>
      [['a', 'b'], ['b', 'a', 'b'], [], ['x'.repeat(k + 3), 'y', 'y'], ['z'.repeat(k + 4), 'q'], ['c']].map(
        (items) => ({
          items,
        }),
      ),
    easy: [0, 2, 5],
  },
  {
    name: 'chunk',
    fields: { numbers: list(integer) },
    output: list(list(integer)),
    code: (k) =>
      `const result = []; for (let at = 0; at < input.numbers.length; at += ${k}) result.push(input.numbers.slice(at, at + ${k}));`,
    answer: (k, { numbers }) =>
      numbers.reduce((all: number[][], n: number, at: number) => {
        if (at % k === 0) all.push([]);
        all.at(-1)?.push(n);
        return all;
      }, []),
    inputs: (k) =>
      [0, 1, k, k + 1, 2 * k, 3 * k - 1].map((size) => ({ numbers: Array.from({ length: size }, (_, i) => i * 3) })),
  },
  {
    name: 'rotate',
    fields: { numbers: list(integer) },
    output: list(integer),
    code: (k) =>
      `const all = input.numbers; if (all.length === 0) return { status: 'ok', payload: { KEY: [] }, prov: [] }; const by = ${k} % all.length; const result = [...all.slice(by), ...all.slice(0, by)];`,
    answer: (k, { numbers }) => numbers.map((_: number, at: number) => numbers[(at + k) % numbers.length]),
    inputs: (k) =>
      [1, 3, k, k + 1, k + 3, 0].map((size) => ({ numbers: Array.from({ length: size }, (_, i) => i * i + 1) })),
  },
  {
    name: 'run_lengths',
    fields: { text },
    output: text,
    code: (k) =>
      `let result = ''; let at = 0; while (at < input.text.length) { let end = at; while (end < input.text.length && input.text[end] === input.text[at]) end += 1;
      result += (end - at >= ${k} ? String(end - at) + input.text[at] : input.text.slice(at, end)); at = end; }`,
    answer: (k, input) =>
      input.text.replace(/(.)\1*/g, (run: string) => (run.length < k ? run : `${run.length}${run[0]}`)),
    inputs: (k) =>
      ts(
        'abc',
        `${'a'.repeat(k)}b`,
        `x${'y'.repeat(k + 2)}${'z'.repeat(k - 1)}`,
        '',
        `q${'r'.repeat(k * 2)}`,
        'aabbccdd',
      ),
  },
  {
    name: 'shift_letters',
    fields: { text },
    output: text,
    code: (k) =>
      `const result = [...input.text].map((c) => { const n = c.charCodeAt(0); if (n < 97 || n > 122) return c; return String.fromCharCode(((n - 97 + ${k}) % 26) + 97); }).join('');`,
    answer: (k, input) => {
      const abc = 'abcdefghijklmnopqrstuvwxyz';
      return input.text.replace(/[a-z]/g, (c: string) => abc[(abc.indexOf(c) + k) % 26]);
    },
    inputs: () => ts('abc', 'xyz', 'Hello, World', 'az', '{`', 'the end'),
  },
  {
    name: 'vowels',
    fields: { text },
    output: integer,
    code: (k) =>
      `let result = 0; for (const c of input.text.toLowerCase()) { if ('aeiou'.includes(c)) result += ${k}; }`,
    answer: (k, input) => k * input.text.replace(/[^aeiou]/gi, '').length,
    inputs: () => ts('banana', 'sky', 'AEIOU', 'queue', 'x', 'Union of e'),
  },
  {
    name: 'palindrome',
    fields: { text },
    output: flag,
    code: (k) =>
      `const plain = input.text.toLowerCase().replace(/[^a-z]/g, ''); const result = plain.length >= ${k} && plain === [...plain].reverse().join('');`,
    answer: (k, input) => {
      const letters = [...input.text.toLowerCase()].filter((c) => c >= 'a' && c <= 'z');
      return letters.length >= k && letters.every((c, at) => c === letters[letters.length - 1 - at]);
    },
    inputs: (k) =>
      ts(
        'Never odd or even',
        'a man a plan',
        'x'.repeat(k),
        'x'.repeat(k - 1),
        `A${'b'.repeat(k)}a!`,
        `${'c'.repeat(k)}d`,
      ),
  },
  {
    name: 'pairs',
    fields: { text },
    output: { type: 'object' },
    code: (k) =>
      `const result = {}; for (const part of input.text.split('${';,|'[k % 3]}')) { const at = part.indexOf('='); if (at <= 0) continue; result[part.slice(0, at).trim()] = part.slice(at + 1).trim(); }`,
    answer: (k, input) => {
      const found: Record<string, string> = {};
      for (const part of input.text.split(';,|'[k % 3])) {
        const [key, ...rest] = part.split('=');
        if (rest.length > 0 && key !== '') found[key.trim()] = rest.join('=').trim();
      }
      return found;
    },
    inputs: (k) =>
      ts(
        ...['a=1', 'a=1#b=2', ' x = y #z= w', '=3#b=4', 'none', 'u=v=w#t='].map((one) =>
          one.replaceAll('#', ';,|'[k % 3] ?? ''),
        ),
      ),
  },
  {
    name: 'by_remainder',
    fields: { numbers: list({ type: 'integer', minimum: 0 }) },
    output: { type: 'object' },
    code: (k) =>
      `const result = {}; for (const n of input.numbers) { const key = 'r' + (n % ${k}); (result[key] ??= []).push(n); }`,
    answer: (k, { numbers }) => {
      const found: Record<string, number[]> = {};
      for (const n of numbers) found[`r${n % k}`] = [...(found[`r${n % k}`] ?? []), n];
      return found;
    },
    inputs: (k) => ns([1, 2, 3], [k, k + 1], [], [2 * k, 5, 5 + k], [0, 1], [k * k, k, 3 * k + 1]),
  },
  {
    name: 'running_total',
    fields: { numbers: list(integer) },
    output: list(integer),
    code: (k) => `let sum = ${k}; const result = input.numbers.map((n) => { sum += n; return sum; });`,
    answer: (k, { numbers }) =>
      numbers.map((_: number, at: number) => numbers.slice(0, at + 1).reduce((a: number, b: number) => a + b, k)),
    inputs: () => ns([1, 2, 3], [5], [], [-1, 4, -9], [10, 0, 10]),
  },
  {
    name: 'second_largest',
    fields: { numbers: list(integer) },
    output: integer,
    code: (k) => `const sorted = [...new Set(input.numbers)].sort((a, b) => b - a);
      if (sorted.length < 2) return { status: 'missing', payload: null, prov: [] }; const result = sorted[1] + ${k};`,
    answer: (k, { numbers }) => {
      const rest = numbers.filter((n: number) => n !== Math.max(...numbers));
      return rest.length === 0 ? undefined : Math.max(...rest) + k;
    },
    inputs: () => ns([1, 2], [9, 10, 2], [], [4, 4], [7, 7, 6], [-1, -5, 30]),
  },
];
