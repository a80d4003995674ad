import type { JsonValue } from '../../json.js';
import { type CorpusCall, type CorpusRun, standsIn } from './corpus.js';
import { got } from './expr.js';
import { type Bound, inputOf } from './inputs.js';
import type { Link, Over, Program } from './program.js';
import { EACH, type Element, elementsAt, elementValue, type Path, splitAtEach, valueAt, valueKey } from './values.js';
import { fulfils, operandsOf, type When } from './when.js';
import { choiceOf, innerOf, kept, tellingValue } from './where.js';

const maxBranches = 4;
export function slotKey(call: CorpusCall, slot: string): string | undefined {
  return call.slots.find((one) => one.name === slot)?.key;
}

/** Whether a link holds between two calls. */
function linkHolds(link: Link, from: CorpusCall, to: CorpusCall): boolean {
  if (from.resultOrdinal >= to.ordinal) return false;
  const key = slotKey(to, link.slot);
  if (key === undefined) return false;
  if (link.source.kind === 'argument') return slotKey(from, link.source.slot) === key;
  if (link.source.kind === 'part') {
    const [part, whole] = [
      valueAt(from.result, link.source.path),
      to.slots.find((one) => one.name === link.slot)?.value,
    ];
    return typeof part === 'string' && typeof whole === 'string' && standsIn(whole, part);
  }
  if (link.source.kind === 'member') return false;
  if (link.source.kind === 'picked') {
    const value = to.slots.find((one) => one.name === link.slot)?.value;
    const held = new Set(valuesAt(from.result, link.source.path).map(valueKey));
    return Array.isArray(value) && value.length > 0 && value.every((one) => held.has(valueKey(one)));
  }
  if (link.source.change !== null) {
    const value = got(from.result, link.source);
    return value !== undefined && valueKey(value) === key;
  }
  return valuesAt(from.result, link.source.path).some((one) => valueKey(one) === key);
}

function valuesAt(result: JsonValue, path: Path): JsonValue[] {
  const { list, rest } = splitAtEach(path);
  const each = path.includes(EACH);
  const values = each ? elementsAt(result, list).map((one) => elementValue(one, rest)) : [valueAt(result, path)];
  return values.filter((one) => one !== undefined);
}

/** The elements that a map was called for; where a parameter says for which, the calls tell what it was. */
function usedElements(
  { list, where, inner }: Extract<Over, { kind: 'result' }>,
  at: {
    readonly link: { slot: string; rest: Path };
    readonly from: CorpusCall;
    readonly later: readonly CorpusCall[];
    readonly bound: Bound;
  },
): readonly Element[] {
  const results = at.bound.map((calls) => calls?.[0]?.result);
  const elements = elementsAt(at.from.result, list);
  const known = kept(where, elements, { input: {}, results });
  if (known !== undefined || where === null) return innerOf(known ?? [], inner);
  const choice = choiceOf(elements, at.later, { ...at.link, inner });
  return tellingValue(where, choice) === undefined ? [] : innerOf(choice.used, inner);
}

/** The calls of a map, one for each element that it is made for; null where one of them has none. */
function mapped(
  { slot, source }: Link,
  over: Extract<Over, { kind: 'result' }>,
  at: { readonly from: CorpusCall; readonly free: readonly CorpusCall[]; readonly bound: Bound },
): CorpusCall[] | null {
  if (source.kind !== 'result') return null;
  const { rest } = splitAtEach(source.path);
  const { from, bound } = at;
  const later = at.free.filter((one) => one.ordinal > from.resultOrdinal);
  const elements = usedElements(over, { link: { slot, rest }, from, later, bound });
  const keys = elements.map((one) => elementValue(one, rest)).map((one) => (one === undefined ? '' : valueKey(one)));
  if (keys.length === 0 || new Set(keys).size < keys.length) return null;
  const found: CorpusCall[] = [];
  for (const key of keys) {
    const call = later.find((one) => slotKey(one, slot) === key);
    if (!call) return null;
    found.push(call);
  }
  return found;
}

/** The calls that use what each of these calls' results has at the path of the link. */
function aligned(link: Link, calls: readonly CorpusCall[], free: readonly CorpusCall[]): CorpusCall[] | null {
  const found: CorpusCall[] = [];
  for (const from of calls) {
    const to = free.find((one) => !found.includes(one) && linkHolds(link, from, one));
    if (!to) return null;
    found.push(to);
  }
  return found;
}

/** The calls for each element of the lists in these calls' results. */
function nested(
  { slot, source }: Link,
  calls: readonly CorpusCall[],
  free: readonly CorpusCall[],
): CorpusCall[] | null {
  if (source.kind !== 'result') return null;
  const { list, rest } = splitAtEach(source.path);
  const found = new Set<CorpusCall>();
  for (const from of calls) {
    for (const element of elementsAt(from.result, list)) {
      const value = elementValue(element, rest);
      const key = value === undefined ? '' : valueKey(value);
      const call = free.find(
        (one) => one.ordinal > from.resultOrdinal && !found.has(one) && slotKey(one, slot) === key,
      );
      if (!call) return null;
      found.add(call);
    }
  }
  return found.size === 0 ? null : [...found];
}

/** Whether an argument is, or lists, what the calls of a map gave together. */
function gathers({ slot, source }: Link, calls: readonly CorpusCall[], to: CorpusCall): boolean {
  if (source.kind !== 'member') return false;
  const value = to.slots.find((one) => one.name === slot)?.value;
  const held = calls.flatMap((from) => valuesAt(from.result, source.path).map(valueKey));
  if (!Array.isArray(value)) return value !== undefined && held.includes(valueKey(value));
  const listed = new Set(value.map(valueKey));
  return held.every((one) => listed.has(one));
}

/** Whether a condition is fulfilled by what was found so far: all steps but optional ones. */
function isFulfilled(when: When, program: Program, run: CorpusRun, bound: Bound): boolean {
  const isAsked = operandsOf(when).some((one) => one.kind === 'param');
  const input = isAsked ? inputOf(program, run, bound)?.input : {};
  const results = bound.map((calls) => calls?.[0]?.result ?? null);
  return input !== undefined && fulfils(when, input, results);
}

/** The calls that a step can stand for, given the steps bound so far; nearest first. */
function candidates(
  program: Program,
  run: CorpusRun,
  bound: Bound,
  step: number,
  used: ReadonlySet<CorpusCall>,
): (readonly CorpusCall[])[] {
  const when = program.steps[step]?.when;
  if (when?.kind === 'compare' && !isFulfilled(when, program, run, bound)) return [[]];
  const taken = new Set(bound.flatMap((calls) => calls ?? []));
  const label = program.steps[step]?.label;
  const free = run.calls.filter((call) => call.label === label && !used.has(call) && !taken.has(call));
  const links = program.links.filter(
    (link) => (link.from === step && bound[link.to]) || (link.to === step && bound[link.from]),
  );
  const map = links.find((link) => link.map && link.to === step);
  if (map) {
    const from = bound[map.from]?.[0];
    const over = program.steps[step]?.over;
    const inMap = program.steps[map.from]?.over !== null;
    const isInner = map.source.kind === 'result' && map.source.path.includes(EACH);
    const calls = inMap
      ? (isInner ? nested : aligned)(map, bound[map.from] ?? [], free)
      : from && over?.kind === 'result'
        ? mapped(map, over, { from, free, bound })
        : null;
    return calls ? [calls] : [];
  }
  const fits = free.filter((call) =>
    links.every((link) => {
      if (link.source.kind === 'member') return gathers(link, bound[link.from] ?? [], call);
      const other = (link.to === step ? bound[link.from] : bound[link.to])?.[0];
      return other !== undefined && (link.to === step ? linkHolds(link, other, call) : linkHolds(link, call, other));
    }),
  );
  if (links.some((link) => link.from === step)) fits.reverse();
  const found = fits.slice(0, maxBranches).map((call) => [call]);
  // Where there is no such call, its parameter was not given.
  return when?.kind === 'given' ? [...found, []] : found;
}

export function search(
  program: Program,
  run: CorpusRun,
  used: ReadonlySet<CorpusCall>,
  bound: Bound,
  at: number,
): Bound | null {
  const step = program.order[at];
  if (step === undefined) return bound;
  for (const calls of candidates(program, run, bound, step, used)) {
    const next = [...bound];
    next[step] = calls;
    const whole = search(program, run, used, next, at + 1);
    if (whole) return whole;
  }
  return null;
}
