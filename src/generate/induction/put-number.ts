import type { JsonValue } from '../../json.js';
import { type Instance, slotOf } from './flows.js';
import { counted, formed, type MadeNumber, type NumberForm, numberForms, type Operator, type Part } from './made.js';
import { asNumber, pieceIn, piecesFor, simplicity, type Target } from './parts.js';
import { byText } from './values.js';

/** A sum of three different values is no chance. */
const minDistinct = 3;
const minGroups = 3;

interface Numeric {
  readonly part: Part;
  readonly value: number;
}

interface Seen {
  readonly instance: Instance;
  readonly wanted: JsonValue;
}

const nowhere = { kind: 'param', name: '', change: null } as const;

type Sum = Omit<MadeNumber, 'kind' | 'form'>;

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The fixed number that makes one value of another, as an operation. */
function fixedSums(left: Part, value: number, wanted: number): Sum[] {
  const more = rounded(wanted - value);
  const times = value === 0 ? 1 : rounded(wanted / value);
  const sums: Sum[] = [];
  if (more !== 0) sums.push({ op: more > 0 ? '+' : '-', left, right: { kind: 'const', value: Math.abs(more) } });
  if (times !== 1 && times !== 0) sums.push({ op: '*', left, right: { kind: 'const', value: times } });
  return sums;
}

/** Numbers as they stand come before those that are counted or read out of a text. */
function orderOf(part: Part): string {
  return `${part.kind !== 'const' && part.change !== null ? 1 : 0}${JSON.stringify(part)}`;
}

function isNumber(value: JsonValue | undefined): boolean {
  return typeof value === 'number' || (typeof value === 'string' && asNumber({ part: nowhere, value }) !== null);
}

/** Every operation on two of the numbers, or on one and a fixed one, that gives what is wanted. */
function sumsOf(goal: number, numbers: readonly Numeric[]): Sum[] {
  const places = new Map<number, Part[]>();
  for (const { part, value } of numbers) places.set(rounded(value), [...(places.get(rounded(value)) ?? []), part]);
  const sums: Sum[] = [];
  const add = (op: Operator, left: Part, right: number): void => {
    for (const part of places.get(rounded(right)) ?? []) {
      // Of `a + b` and `b + a` one is enough.
      const isTwin = op !== '-' && orderOf(part) <= orderOf(left);
      if (!isTwin) sums.push({ op, left, right: part });
    }
  };
  for (const { part, value } of numbers) {
    add('+', part, goal - value);
    add('-', part, value - goal);
    if (value !== 0) add('*', part, goal / value);
    sums.push(...fixedSums(part, value, goal));
  }
  return sums;
}

/** The form in which an operation gives what was written in every occurrence; null where none does. */
function formOf(sum: Sum, all: readonly Seen[], target: Target): NumberForm | null {
  const valueIn = (part: Part, instance: Instance): number | undefined => {
    if (part.kind === 'const') return Number(part.value);
    const value = pieceIn(target, instance, part);
    return value === undefined ? undefined : asNumber({ part, value })?.value;
  };
  const values = all.map(({ instance }) => [valueIn(sum.left, instance), valueIn(sum.right, instance)] as const);
  const differ = (at: 0 | 1, part: Part): boolean =>
    part.kind === 'const' || new Set(values.map((one) => one[at])).size > 1;
  if (!differ(0, sum.left) || !differ(1, sum.right)) return null;
  const holds = (form: NumberForm): boolean =>
    values.every(
      ([left, right], at) =>
        left !== undefined && right !== undefined && formed(counted(sum.op, left, right), form) === all[at]?.wanted,
    );
  // Sums of broken numbers come out a hair beside what was meant: where two places do for all, they are meant.
  const isBroken = all.some(({ wanted }) => !Number.isInteger(Number(wanted)));
  const forms = isBroken ? (['cents', 'fixed', 'plain', 'text'] as const) : numberForms;
  return forms.find(holds) ?? null;
}

/** What an argument is counted out of in all occurrences: two values, or one and a fixed number; the simplest. */
export function putNumber(instances: readonly Instance[], target: Target): MadeNumber | null {
  const wanted = instances.map((instance) => slotOf(instance, target)?.value);
  if (!wanted.every(isNumber)) return null;
  const groups = new Set(instances.map(({ linked }) => linked.run.group)).size;
  if (new Set(wanted).size < minDistinct || groups < minGroups) return null;
  const all = instances.map((instance, at): Seen => ({ instance, wanted: wanted[at] ?? null }));
  const [first] = all;
  if (!first) return null;
  const weight = ({ left, right }: Sum): number => simplicity(left) + simplicity(right);
  const numbers = piecesFor(target, first.instance).flatMap((piece) => asNumber(piece) ?? []);
  const sums = sumsOf(Number(first.wanted), numbers)
    .map((sum) => ({ sum, text: JSON.stringify(sum) }))
    .sort((a, b) => weight(a.sum) - weight(b.sum) || byText(a.text, b.text));
  for (const { sum } of sums) {
    const form = formOf(sum, all, target);
    if (form) return { kind: 'number', ...sum, form };
  }
  return null;
}
