/** Random numbers from a seed, so that a failing case can be seen again. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function pick<T>(random: () => number, from: readonly T[]): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

/** Values that no importer expects where it finds them. */
const odd = [
  'null',
  '1e999',
  '-12345678901234567890123',
  '""',
  '[]',
  '{}',
  'true',
  '7',
  '"x"',
  '[[{}]]',
  '{"a":{"b":[]}}',
];
const deep = [`${'['.repeat(300)}${']'.repeat(300)}`, `${'{"a":'.repeat(90)}1${'}'.repeat(90)}`];
const values = /(?<=[:[,] ?)("(?:[^"\\]|\\.)*"(?! ?:)|-?\d[\d.]*|true|false|null)/g;

function replaced(text: string, random: () => number, by: readonly string[]): string {
  const found = [...text.matchAll(values)];
  if (found.length === 0) return text;
  const value = pick(random, found);
  return text.slice(0, value.index) + pick(random, by) + text.slice(value.index + value[0].length);
}

/** A line with one thing wrong: cut, another type somewhere, nested deeply, not UTF-8, twice, or with an id of another line. */
export function damaged(line: string, random: () => number, ids: readonly string[]): Buffer {
  const at = Math.floor(random() * line.length);
  const damage = pick(random, ['cut', 'type', 'type', 'type', 'deep', 'bytes', 'twice', 'ids', 'key'] as const);
  if (damage === 'cut') return Buffer.from(line.slice(0, at));
  if (damage === 'type') return Buffer.from(replaced(line, random, odd));
  if (damage === 'deep') return Buffer.from(replaced(line, random, deep));
  if (damage === 'twice') return Buffer.from(`${line}\n${line}`);
  if (damage === 'ids') return Buffer.from(replaced(line, random, ids));
  if (damage === 'key') return Buffer.from(line.replace(/"(\w+)":/, '"__proto__":'));
  return Buffer.concat([Buffer.from(line.slice(0, at)), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from(line.slice(at))]);
}

/** A log of which about half of the lines are damaged and two have changed places. */
export function mutated(log: string, random: () => number): Buffer {
  const lines = log.split('\n').filter((line) => line !== '');
  const ids = [...log.matchAll(values)].map((value) => value[0]).filter((value) => value.length < 30);
  const a = Math.floor(random() * lines.length);
  const b = Math.floor(random() * lines.length);
  [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  const pieces = lines.map((line) => (random() < 0.5 ? damaged(line, random, ids) : Buffer.from(line)));
  return Buffer.concat(pieces.flatMap((piece) => [piece, Buffer.from('\n')]));
}

/** A log in which three of the texts end in a secret, which may be any of them: what was said, an id, a name. */
export function planted(log: string, random: () => number, secret: string): string {
  let text = log;
  for (let count = 0; count < 3; count += 1) {
    const texts = [...text.matchAll(/(?<=[:[,]\s*)"(?:[^"\\]|\\.)*"(?!\s*:)/g)];
    const free = texts.filter((one) => !structural.test(one[0]) && !one[0].includes(secret));
    const found = pick(random, free);
    const end = found.index + found[0].length - 1;
    text = `${text.slice(0, end)} ${secret}${text.slice(end)}`;
  }
  return text;
}

/** Words that a format is made of: with a secret in them there is nothing left to read. JSON text would be none. */
const structural =
  /^"(?:[{[]|gen_ai\.|(?:system|user|assistant|tool|developer|chat|said|bot|answered|closed|heartbeat|execute_tool)"|[a-z]+_[a-z_]+"|\d{4}-|\d{10,})/;
