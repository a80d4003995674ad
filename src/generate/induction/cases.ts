import type { JsonValue } from '../../json.js';
import type { Occurrence } from './match.js';
import { type Program, resultsOf, type Step } from './program.js';
import { byText, elementsAt, elementValue, type Path, valueAt, valueKey } from './values.js';
import { kept } from './where.js';

/** How many calls each step made, and which parameters were given: occurrences that differ in it exercise something else. */
function shapeOf(one: Occurrence): string {
  return [...one.steps.map((calls) => calls.length), ...Object.keys(one.input).sort()].join(',');
}

/** Cases with different inputs: first one of each shape, the smallest first, then the rest. */
export function cases(occurrences: readonly Occurrence[]): Occurrence[] {
  const sized = occurrences
    .map((one) => ({ one, input: valueKey({ ...one.input }), size: JSON.stringify(one.payload).length }))
    .sort(
      (a, b) =>
        Number(b.one.strict) - Number(a.one.strict) || a.size - b.size || byText(a.one.run.runId, b.one.run.runId),
    );
  const distinct = [...new Map(sized.toReversed().map((each) => [each.input, each])).values()].reverse();
  const shapes = new Set<string>();
  const first = distinct.filter(({ one }) => !shapes.has(shapeOf(one)) && shapes.add(shapeOf(one)));
  const rest = distinct.filter((each) => !first.includes(each));
  return [...first, ...rest].map(({ one }) => one);
}

/** Where in a list the element stands that was taken: code that takes another shows itself where the place is another one. */
function placeOf(list: readonly { readonly value: JsonValue; readonly key: string | null }[], get: Path, key: string) {
  const at = list.findIndex((one) => {
    const value = elementValue(one, get);
    return value !== undefined && valueKey(value) === key;
  });
  return at <= 0 ? 'first' : at === list.length - 1 ? 'last' : 'between';
}

function stepSigns(step: Step, at: number, one: Occurrence, results: readonly JsonValue[]): string[] {
  const calls = one.steps[at] ?? [];
  const signs = [`${at}: ${calls.length} calls`];
  if (step.over?.kind === 'result' && step.over.where) {
    const { over } = step;
    const elements = elementsAt(results[over.step], over.list);
    const used = kept(over.where, elements, { input: one.input, results }) ?? [];
    signs.push(`${at}: ${used.length < elements.length ? 'some' : 'none'} passed over`);
  }
  for (const { slot, expr } of calls.length === 0 ? [] : step.args) {
    const key = calls[0]?.slots.find((each) => each.name === slot)?.key ?? '';
    if (expr.kind === 'among') {
      const elements = elementsAt(results[expr.step], expr.list);
      const used = kept(expr.where, elements, { input: one.input, results }) ?? [];
      signs.push(`${at} ${slot}: ${used.length} of ${elements.length > used.length ? 'more' : 'as many'}`);
    }
    if (expr.kind === 'select')
      signs.push(`${at} ${slot}: ${placeOf(elementsAt(results[expr.step], expr.list), expr.get, key)}`);
    if (expr.kind === 'default')
      signs.push(`${at} ${slot}: ${Object.hasOwn(one.input, expr.name) ? 'given' : 'left out'}`);
    if (expr.kind !== 'get' || expr.change === null) continue;
    const { op } = expr.change;
    const list = valueAt(results[expr.step], expr.path);
    if (op === 'least' || op === 'most')
      signs.push(`${at} ${slot}: ${placeOf(elementsAt(list, []), expr.change.get, key)}`);
    else if (Array.isArray(list)) signs.push(`${at} ${slot}: of ${list.length}`);
  }
  return signs;
}

/** What an occurrence exercises: how often each step was called, which way a condition went, which element was taken. */
function signsOf(program: Program, one: Occurrence): string[] {
  const results = resultsOf(program, one.steps);
  return program.steps.flatMap((step, at) => stepSigns(step, at, one, results));
}

/** Two, since one answer alone could be written down. */
const minCases = 2;

/** As few cases as exercise all that the occurrences do, each something that those before do not; at least two where there are so many. */
export function leastCases(program: Program, occurrences: readonly Occurrence[], most: number): Occurrence[] {
  const all = cases(occurrences);
  const seen = new Set<string>();
  const needed = all.filter((one) => {
    const signs = signsOf(program, one).filter((sign) => !seen.has(sign));
    for (const sign of signs) seen.add(sign);
    return signs.length > 0;
  });
  const rest = all.filter((one) => !needed.includes(one));
  return [...needed, ...rest].slice(0, Math.min(most, Math.max(needed.length, minCases)));
}
