import type { Family } from './honest-families.js';

const number = { type: 'number' };
const integer = { type: 'integer' };
const text = { type: 'string' };
const list = (items: Family['output']): Family['output'] => ({ type: 'array', items });

const lines = (...all: string[]): string => all.join('\n');
const nothing = "return {'status': 'missing', 'payload': None, 'prov': []}";

/** Small tasks with Python that does them: statements that leave the answer in `result`. */
export const pythonFamilies: readonly Family[] = [
  {
    name: 'py_clamp',
    language: 'python',
    fields: { n: integer },
    output: integer,
    code: (k) =>
      lines('result = input["n"]', `if result < ${k}:`, `    result = ${k}`, `result = min(result, ${k + 10})`),
    answer: (k, { n }) => Math.max(k, Math.min(k + 10, n)),
    inputs: (k) => [k + 3, k + 5, k + 7, k - 5, k + 40, k, k + 10, -90].map((n) => ({ n })),
    easy: [0, 1, 2],
  },
  {
    name: 'py_long_words',
    language: 'python',
    fields: { text },
    output: list(text),
    code: (k) =>
      lines('words = input["text"].lower().split()', `result = sorted({word for word in words if len(word) >= ${k}})`),
    answer: (k, input) => {
      const words: string[] = input.text.toLowerCase().match(/\S+/g) ?? [];
      return [...new Set(words.filter((word) => word.length >= k))].sort();
    },
    inputs: (k) =>
      [
        `${'b'.repeat(k)} ${'A'.repeat(k + 1)} x`,
        `${'q'.repeat(k)} ${'p'.repeat(k)} ${'Q'.repeat(k)}`,
        'a',
        `${'z'.repeat(k - 1)} ${'y'.repeat(k)}`,
        '',
        `  ${'m'.repeat(k + 2)}\n${'c'.repeat(k + 1)} `,
      ].map((one) => ({ text: one })),
  },
  {
    name: 'py_shipping',
    language: 'python',
    fields: { weight: integer, express: { type: 'boolean' } },
    output: integer,
    code: (k) =>
      lines(
        `if input["weight"] <= ${k}:`,
        '    result = 5',
        `elif input["weight"] <= ${k * 4}:`,
        '    result = 12',
        'else:',
        '    result = 30',
        `result += ${k} if input["express"] else 0`,
      ),
    answer: (k, { weight, express }) => (weight > 4 * k ? 30 : weight > k ? 12 : 5) + Number(express) * k,
    inputs: (k) => [1, k, k + 1, 4 * k, 4 * k + 1, k, 4 * k, 90].map((weight, at) => ({ weight, express: at > 4 })),
    easy: [0, 2, 4],
  },
  {
    name: 'py_median',
    language: 'python',
    fields: { numbers: list(integer) },
    output: number,
    code: (k) =>
      lines(
        'numbers = sorted(input["numbers"])',
        'if not numbers:',
        `    ${nothing}`,
        'half = len(numbers) // 2',
        'if len(numbers) % 2 == 1:',
        `    result = ${k} * numbers[half]`,
        'else:',
        `    result = ${k} * (numbers[half - 1] + numbers[half]) / 2`,
      ),
    answer: (k, { numbers }) => {
      const s = [...numbers].sort((a: number, b: number) => a - b);
      if (s.length === 0) return undefined;
      return (k * (s[Math.ceil(s.length / 2) - 1] + s[Math.floor(s.length / 2)])) / 2;
    },
    inputs: () => [[3, 1, 2], [4, 1], [], [9, 10, 2, 33], [5], [-4, -20, 7, 8, 100]].map((numbers) => ({ numbers })),
    easy: [4, 0],
  },
  {
    name: 'py_totals',
    language: 'python',
    fields: {
      rows: list({ type: 'object', properties: { name: text, amount: integer }, required: ['name', 'amount'] }),
    },
    output: { type: 'object' },
    code: (k) =>
      lines(
        'totals = {}',
        'for row in input["rows"]:',
        `    if row["amount"] < ${k}:`,
        '        continue',
        '    totals[row["name"]] = totals.get(row["name"], 0) + row["amount"]',
        'result = totals',
      ),
    answer: (k, { rows }) => {
      const kept = rows.filter((row: { amount: number }) => row.amount >= k);
      const names: string[] = kept.map((row: { name: string }) => row.name);
      const sum = (name: string): number =>
        kept.reduce(
          (all: number, row: { name: string; amount: number }) => all + (row.name === name ? row.amount : 0),
          0,
        );
      return Object.fromEntries(names.map((name) => [name, sum(name)]));
    },
    inputs: (k) =>
      [
        [
          ['a', k + 1],
          ['b', k + 2],
          ['a', k + 5],
        ],
        [
          ['a', k],
          ['a', k - 1],
        ],
        [],
        [
          ['c', k - 1],
          ['d', k + 7],
          ['d', k],
          ['c', k + 1],
        ],
        [['e', 0]],
        [['z', k + 3]],
      ].map((rows) => ({ rows: rows.map(([name, amount]) => ({ name: name ?? '', amount: amount ?? 0 })) })),
    easy: [5, 0],
  },
  {
    name: 'py_settings',
    language: 'python',
    fields: { text },
    output: { type: 'object' },
    code: (k) =>
      lines(
        'result = {}',
        'for line in input["text"].split("\\n"):',
        `    if line.startswith("#") or "=" not in line or len(line) > ${k + 20}:`,
        '        continue',
        '    key, _, value = line.partition("=")',
        '    result[key.strip()] = value.strip()',
      ),
    answer: (k, input) => {
      const kept = input.text
        .split('\n')
        .filter((line: string) => !/^#/.test(line) && line.includes('=') && line.length <= k + 20);
      return Object.fromEntries(
        kept.map((line: string) => {
          const at = line.indexOf('=');
          return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
        }),
      );
    },
    inputs: (k) =>
      [
        'a=1\nb = 2',
        '# c=3\nd=4#',
        'no\n e = f=g ',
        '',
        `${'k'.repeat(10)}=${'v'.repeat(k + 9)}\nl=${'w'.repeat(k + 19)}`,
        'a=1\na=2',
      ].map((one) => ({ text: one })),
    easy: [0, 5],
  },
  {
    name: 'py_best',
    language: 'python',
    fields: { scores: list({ type: 'object', properties: { id: text, points: integer }, required: ['id', 'points'] }) },
    output: list(text),
    code: (k) =>
      lines(
        'ranked = sorted(input["scores"], key=lambda each: (-each["points"], each["id"]))',
        `result = [each["id"] for each in ranked[:${k}] if each["points"] > 0]`,
        'if not result:',
        `    ${nothing.replace("'missing'", "'fail'")}`,
      ),
    answer: (k, { scores }) => {
      const byId = [...scores].sort((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1));
      const best = byId.sort((a: { points: number }, b: { points: number }) => b.points - a.points);
      const ids = best
        .slice(0, k)
        .filter((each: { points: number }) => each.points >= 1)
        .map((each: { id: string }) => each.id);
      return ids.length === 0 ? undefined : ids;
    },
    inputs: (k) => {
      const many = Array.from({ length: k + 2 }, (_, at) => ({ id: `p${at}`, points: 5 + ((at * 7) % 4) }));
      return [
        [
          { id: 'b', points: 3 },
          { id: 'a', points: 3 },
          { id: 'c', points: 9 },
        ],
        many,
        [{ id: 'x', points: 0 }],
        [
          { id: 'y', points: 1 },
          { id: 'z', points: -2 },
        ],
        [],
        [...many].reverse(),
        [{ id: 'w', points: 4 }],
      ].map((scores) => ({ scores }));
    },
    easy: [3, 6],
  },
  {
    name: 'py_days',
    language: 'python',
    fields: { since: text, until: text },
    output: integer,
    code: (k) =>
      lines(
        'from datetime import date',
        'try:',
        '    since, until = date.fromisoformat(input["since"]), date.fromisoformat(input["until"])',
        'except ValueError:',
        `    ${nothing}`,
        'if until < since:',
        '    since, until = until, since',
        `result = (until - since).days // ${k}`,
      ),
    answer: (k, { since, until }) => {
      const [from, to] = [Date.parse(since), Date.parse(until)];
      return Number.isNaN(from + to) ? undefined : Math.floor(Math.abs(to - from) / 86_400_000 / k);
    },
    inputs: () => [
      { since: '2024-02-20', until: '2024-03-25' },
      { since: '2025-07-01', until: '2024-01-31' },
      { since: 'soon', until: '2024-01-31' },
      { since: '2024-05-05', until: '2024-05-05' },
      { since: '2020-01-01', until: '2023-11-11' },
      { since: '2024-12-31', until: '2025-03-01' },
    ],
    easy: [0, 4, 5],
  },
  {
    name: 'py_runs',
    language: 'python',
    fields: { text },
    output: text,
    code: (k) =>
      lines(
        'result, at = "", 0',
        'while at < len(input["text"]):',
        '    end = at',
        '    while end < len(input["text"]) and input["text"][end] == input["text"][at]:',
        '        end += 1',
        `    result += input["text"][at] * (end - at) if end - at < ${k} else f"{end - at}{input['text'][at]}"`,
        '    at = end',
      ),
    answer: (k, input) =>
      input.text.replace(/(.)\1*/g, (run: string) => (run.length < k ? run : `${run.length}${run[0]}`)),
    inputs: (k) =>
      ['abc', `${'a'.repeat(k)}b`, '', `x${'y'.repeat(k + 3)}${'z'.repeat(k - 1)}`, 'q', `${'r'.repeat(2 * k)}r!`].map(
        (one) => ({ text: one }),
      ),
  },
  {
    name: 'py_overlap',
    language: 'python',
    fields: { left: list(integer), right: list(integer) },
    output: list(integer),
    code: (k) =>
      lines(
        'shared = set(input["left"]) & set(input["right"])',
        `result = sorted((n for n in shared if n % ${k} != 0), reverse=True)`,
      ),
    answer: (k, { left, right }) =>
      [...new Set<number>(left)].filter((n) => right.includes(n) && n % k !== 0).sort((a, b) => b - a),
    inputs: (k) => [
      { left: [1, k + 1, 2 * k + 1], right: [2 * k + 1, 1, 9 * k] },
      { left: [k, 2 * k], right: [2 * k, k] },
      { left: [], right: [1] },
      { left: [3 * k + 1, 3 * k + 1, k], right: [k, 3 * k + 1, 5 * k + 1] },
      { left: [7 * k + 1, 4 * k + 1, 5 * k + 1], right: [4 * k + 1, 5 * k + 1, 7 * k + 1] },
      { left: [2 * k - 1], right: [2 * k - 1, 1] },
    ],
  },
];
