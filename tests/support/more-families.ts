import type { Family } from './honest-families.js';

const integer = { type: 'integer' };
const text = { type: 'string' };
const order = {
  type: 'object',
  properties: { price: integer, quantity: integer, status: { enum: ['open', 'paid', 'sent'] } },
  required: ['price', 'quantity', 'status'],
};
const orders = { type: 'array', items: order };

interface Order {
  readonly price: number;
  readonly quantity: number;
  readonly status: string;
}

const one = (price: number, quantity: number, status: string): { price: number; quantity: number; status: string } => ({
  price,
  quantity,
  status,
});

export const moreFamilies: readonly Family[] = [
  {
    name: 'invoice_total',
    fields: { orders },
    output: integer,
    code: (
      k,
    ) => `let result = 0; for (const order of input.orders) { if (order.status === 'open') continue; result += order.price * order.quantity; }
      if (result > 0) result += ${k};`,
    answer: (k, input) => {
      const lines = (input.orders as Order[]).filter((o) => o.status !== 'open').map((o) => o.price * o.quantity);
      const sum = lines.reduce((a, b) => a + b, 0);
      return sum > 0 ? sum + k : sum;
    },
    inputs: () => [
      { orders: [one(10, 2, 'paid')] },
      { orders: [one(3, 3, 'sent'), one(4, 5, 'paid')] },
      { orders: [one(9, 9, 'open')] },
      { orders: [] },
      { orders: [one(7, 2, 'open'), one(5, 3, 'sent')] },
      { orders: [one(1, 1, 'paid'), one(-5, 1, 'paid')] },
      { orders: [one(1, 1, 'paid')] },
    ],
    easy: [0, 1, 6],
  },
  {
    name: 'orders_by_status',
    fields: { orders },
    output: { type: 'object' },
    code: (k) =>
      `const result = { open: 0, paid: 0, sent: 0 }; for (const order of input.orders) if (order.quantity >= ${k}) result[order.status] += 1;`,
    answer: (k, input) => {
      const count = (status: string): number =>
        (input.orders as Order[]).filter((o) => o.status === status && o.quantity >= k).length;
      return { sent: count('sent'), paid: count('paid'), open: count('open') };
    },
    inputs: (k) => [
      { orders: [one(1, k, 'open'), one(2, k + 1, 'open')] },
      { orders: [one(1, k - 1, 'open'), one(2, k, 'paid'), one(3, k + 3, 'sent')] },
      { orders: [] },
      { orders: [one(4, k * 2, 'sent')] },
      { orders: [one(4, k * 2, 'paid'), one(4, k - 1, 'paid')] },
    ],
  },
  {
    name: 'dearest',
    fields: { orders },
    output: integer,
    code: (k) => `if (input.orders.length === 0) return { status: 'missing', payload: null, prov: [] };
      let best = input.orders[0]; for (const order of input.orders) { if (order.price > best.price) best = order; } const result = best.quantity * ${k};`,
    answer: (k, input) => {
      const [first] = [...(input.orders as Order[])].sort((a, b) => b.price - a.price);
      return first && first.quantity * k;
    },
    inputs: () => [
      { orders: [one(5, 1, 'open')] },
      { orders: [one(5, 1, 'open'), one(9, 4, 'paid'), one(2, 8, 'sent')] },
      { orders: [] },
      { orders: [one(8, 3, 'open'), one(8, 6, 'paid')] },
      { orders: [one(1, 7, 'open'), one(3, 2, 'open')] },
    ],
    easy: [0, 4],
  },
  {
    name: 'stepped_range',
    fields: { from: integer, to: integer },
    output: { type: 'array', items: integer },
    code: (k) => `const result = []; for (let n = input.from; n <= input.to; n += ${k}) result.push(n);`,
    answer: (k, { from, to }) =>
      Array.from({ length: Math.max(0, Math.floor((to - from) / k) + 1) }, (_, at) => from + at * k),
    inputs: (k) => [
      { from: 1, to: 1 + k },
      { from: 0, to: 3 * k - 1 },
      { from: 5, to: 4 },
      { from: -3, to: -3 },
      { from: 2, to: 2 + 4 * k },
    ],
  },
  {
    name: 'label',
    fields: { n: { type: 'integer' } },
    output: text,
    code: (k) =>
      `let result = ''; if (input.n % ${k} === 0) result += 'foo'; if (input.n % ${k + 1} === 0) result += 'bar'; if (result === '') result = String(input.n);`,
    answer: (k, { n }) => [n % k === 0 ? 'foo' : '', n % (k + 1) === 0 ? 'bar' : ''].join('') || `${n}`,
    inputs: (k) => [k, k + 1, k * (k + 1), k * k * (k + 1) + 1, 1, 2 * k * (k + 1)].map((n) => ({ n })),
  },
  {
    name: 'strength_of_password',
    fields: { text },
    output: integer,
    code: (k) =>
      `let result = 0; if (input.text.length >= ${k + 4}) result += 1; if (/[A-Z]/.test(input.text)) result += 2; if (/[0-9]/.test(input.text)) result += 4;`,
    answer: (k, input) =>
      Number(input.text.length > k + 3) + 2 * Number(/[A-Z]/.test(input.text)) + 4 * Number(/\d/.test(input.text)),
    inputs: (k) =>
      ['a'.repeat(k + 4), 'a'.repeat(k + 3), 'Ab', 'a1', 'A1', `${'b'.repeat(k + 7)}Z`, `${'b'.repeat(k + 4)}9X`].map(
        (one) => ({ text: one }),
      ),
    easy: [0, 1],
  },
  {
    name: 'unit_price',
    fields: { price: integer, quantity: integer },
    output: integer,
    code: (k) => `if (input.quantity <= 0) return { status: 'fail', payload: 'no quantity', prov: [] };
      const off = input.quantity >= ${k * 10} ? 20 : input.quantity >= ${k} ? 10 : 0; const result = Math.floor(input.price * (100 - off) / 100);`,
    answer: (k, { price, quantity }) => {
      if (quantity < 1) return undefined;
      const share = quantity < k ? 100 : quantity < 10 * k ? 90 : 80;
      return Math.floor((price * share) / 100);
    },
    inputs: (k) =>
      [
        [100, 1],
        [255, k - 1],
        [333, k],
        [199, 10 * k],
        [100, 0],
        [57, 10 * k - 1],
        [812, 100 * k],
        [409, 1],
      ].map(([price, quantity]) => ({ price: price ?? 0, quantity: quantity ?? 0 })),
    easy: [0, 7],
  },
  {
    name: 'shorten',
    fields: { text },
    output: text,
    code: (k) =>
      `const result = input.text.length > ${k + 2} ? input.text.slice(0, ${k + 1}).trimEnd() + '...' : input.text;`,
    answer: (k, input) => (input.text.length < k + 3 ? input.text : `${input.text.substring(0, k + 1).trimEnd()}...`),
    inputs: (k) =>
      ['ab', 'c'.repeat(k + 2), 'd'.repeat(k + 3), `${'e'.repeat(k)} fgh`, '', 'long enough for all of them'].map(
        (one) => ({ text: one }),
      ),
    easy: [0, 1, 4],
  },
  {
    name: 'mask',
    fields: { text },
    output: text,
    code: (k) =>
      `const hide = Math.max(0, input.text.length - ${k}); const result = '*'.repeat(hide) + input.text.slice(hide);`,
    answer: (k, input) => [...input.text].map((c, at) => (at + k < input.text.length ? '*' : c)).join(''),
    inputs: (k) => ['x'.repeat(k), 'abcdefghijklmnop', '', `y${'z'.repeat(k)}`, 'ab'].map((one) => ({ text: one })),
  },
  {
    name: 'days_later',
    fields: { day: { type: 'integer', minimum: 0, maximum: 6 }, after: { type: 'integer', minimum: 0 } },
    output: { type: 'object' },
    code: (k) =>
      `const sum = input.day + input.after * ${k}; const result = { day: sum % 7, weeks: Math.floor(sum / 7) };`,
    answer: (k, { day, after }) => {
      const total = day + k * after;
      return { weeks: (total - (total % 7)) / 7, day: total % 7 };
    },
    inputs: () =>
      [
        [0, 1],
        [6, 1],
        [3, 0],
        [5, 10],
        [2, 4],
      ].map(([day, after]) => ({ day: day ?? 0, after: after ?? 0 })),
  },
  {
    name: 'leap_days',
    fields: { from: integer, to: integer },
    output: integer,
    code: (k) =>
      `let result = ${k}; for (let y = input.from; y <= input.to; y += 1) { if ((y % 4 === 0 && y % 100 !== 0) || y % 400 === 0) result += 1; }`,
    answer: (k, { from, to }) => {
      let days = k;
      for (let year = from; year <= to; year += 1) days += Number(new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1);
      return days;
    },
    inputs: () =>
      [
        [2000, 2000],
        [1899, 1905],
        [2001, 2003],
        [1996, 2012],
        [2024, 2023],
        [2096, 2104],
        [1600, 1600],
        [1900, 1900],
      ].map(([from, to]) => ({ from: from ?? 0, to: to ?? 0 })),
  },
  {
    name: 'roman',
    fields: { n: { type: 'integer', minimum: 1 } },
    output: text,
    code: (k) => `const signs = [[50, 'L'], [40, 'XL'], [10, 'X'], [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I']];
      let left = input.n + ${k}; let result = ''; for (const [value, sign] of signs) while (left >= value) { result += sign; left -= value; }`,
    answer: (k, input) => {
      const n = input.n + k;
      const tens = ['', 'X', 'XX', 'XXX', 'XL', 'L', 'LX', 'LXX', 'LXXX'];
      const ones = ['', 'I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX'];
      return `${tens[Math.floor(n / 10)]}${ones[n % 10]}`;
    },
    inputs: (k) => [49, 54, 30, 66, 28, 45, 39, 50].map((n) => ({ n: n - k })),
  },
  {
    name: 'common_divisor',
    fields: { a: { type: 'integer', minimum: 1 }, b: { type: 'integer', minimum: 1 } },
    output: integer,
    code: (k) =>
      `let [a, b] = [input.a, input.b]; while (b !== 0) { const rest = a % b; a = b; b = rest; } const result = a * ${k};`,
    answer: (k, { a, b }) => {
      for (let n = Math.min(a, b); n > 0; n -= 1) if (a % n === 0 && b % n === 0) return n * k;
      return undefined;
    },
    inputs: () =>
      [
        [12, 18],
        [7, 7],
        [5, 9],
        [100, 75],
        [3, 27],
      ].map(([a, b]) => ({ a: a ?? 1, b: b ?? 1 })),
  },
  {
    name: 'first_above',
    fields: { numbers: { type: 'array', items: integer } },
    output: integer,
    code: (k) =>
      `const result = input.numbers.findIndex((n) => n > ${k}); if (result < 0) return { status: 'missing', payload: null, prov: [] };`,
    answer: (k, { numbers }) => {
      for (const [at, n] of numbers.entries()) if (n > k) return at;
      return undefined;
    },
    inputs: (k) => [[k + 1], [k, k + 2], [0, k, k, k + 1, 99], [k], [], [1, k + 5, 0]].map((numbers) => ({ numbers })),
  },
  {
    name: 'spread_of',
    fields: { numbers: { type: 'array', items: integer, minItems: 1 } },
    output: { type: 'object' },
    code: (k) =>
      `const low = Math.min(...input.numbers); const high = Math.max(...input.numbers); const result = { low, high, wide: high - low >= ${k} };`,
    answer: (k, { numbers }) => {
      const s = [...numbers].sort((a: number, b: number) => a - b);
      return { low: s[0], wide: s[s.length - 1] - k >= s[0], high: s[s.length - 1] };
    },
    inputs: (k) => [[1, 1 + k], [4], [9, 3, 9 - k], [2, k + 1], [-5, 0, 50]].map((numbers) => ({ numbers })),
  },
  {
    name: 'extract_numbers',
    fields: { text },
    output: { type: 'array', items: integer },
    code: (k) =>
      `const found = input.text.match(/[0-9]+/g) ?? []; const result = found.map(Number).filter((n) => n % ${k} !== 0);`,
    answer: (k, input) => {
      const parts = (input.text as string).split(/[^0-9]/).filter((part) => part !== '');
      return parts.map((part) => Number.parseInt(part, 10)).filter((n) => n % k > 0);
    },
    inputs: (k) =>
      ['a1b22', 'none', `${k} and ${k + 1}`, '7 of 9', `x${k * 6}y${k * 6 + 1}z`, '13,29'].map((one) => ({
        text: one,
      })),
  },
];
