import { RE2JS } from 're2js';
import { valueAt } from '../evidence/importers/mapping.js';
import type { EvidenceRecord, Run } from '../evidence/model.js';
import type { RecordedCall } from '../evidence/trace.js';
import { canonicalJson, type JsonValue } from '../json.js';
import { oneLine } from '../visible.js';
import type { ScoreReason } from './model.js';
import { reasonOf } from './reason.js';
import type { CallsTest, CallTest, Condition, MessageTest, Rule, TextTest, ValueTest } from './rule-file.js';

/** What rules look at: a run without its side chains. */
export interface Looked {
  readonly run: Run;
  readonly main: readonly EvidenceRecord[];
  readonly calls: readonly RecordedCall[];
}

/** Where a condition holds: the record that shows it, or null where none does alone. */
type Shown = { readonly on: string | null } | undefined;

const patterns = new WeakMap<TextTest, RE2JS>();

function patternOf(test: TextTest, source: string): RE2JS {
  const known = patterns.get(test) ?? RE2JS.compile(RE2JS.translateRegExp(source));
  patterns.set(test, known);
  return known;
}

const isList = <T>(one: T | readonly T[]): one is readonly T[] => Array.isArray(one);
const listOf = <T>(one: T | readonly T[]): readonly T[] => (isList(one) ? one : [one]);

function fitsText(text: string, test: TextTest): boolean {
  const small = text.toLowerCase();
  const has = (word: string): boolean => small.includes(word.toLowerCase());
  if (test.contains !== undefined && !listOf(test.contains).some(has)) return false;
  if (test.not_contains !== undefined && listOf(test.not_contains).some(has)) return false;
  return test.matches === undefined || patternOf(test, test.matches).matcher(text).find();
}

const textOf = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));
const same = (a: JsonValue, b: JsonValue): boolean => canonicalJson(a) === canonicalJson(b);

function fitsValue(whole: JsonValue | undefined, test: ValueTest): boolean {
  const found = whole === undefined ? undefined : valueAt(whole, test.at);
  if (test.exists !== undefined && (found !== undefined) !== test.exists) return false;
  if (found === undefined) return test.exists === false;
  if (test.equals !== undefined && !same(found, test.equals)) return false;
  if (test.one_of !== undefined && !test.one_of.some((one) => same(found, one))) return false;
  if (test.above !== undefined && !(typeof found === 'number' && found > test.above)) return false;
  if (test.below !== undefined && !(typeof found === 'number' && found < test.below)) return false;
  return fitsText(textOf(found), test);
}

/** Whether a name is what a pattern with `*` asks for; the parts between stars are sought from left to right. */
function fitsName(name: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return name === head;
  if (!name.startsWith(head) || name.length < head.length + tail.length || !name.endsWith(tail)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - tail.length;
}

function fitsCall(call: RecordedCall, test: CallTest): boolean {
  if (test.tool !== undefined && !listOf(test.tool).some((name) => fitsName(call.tool, name))) return false;
  if (test.failed !== undefined && call.failed !== test.failed) return false;
  if (test.error !== undefined && !(call.error !== null && fitsText(call.error, test.error))) return false;
  const fits = (value: JsonValue | undefined, tests: ValueTest | readonly ValueTest[] | undefined): boolean =>
    tests === undefined || listOf(tests).every((one) => fitsValue(value, one));
  return fits(call.args ?? undefined, test.arguments) && fits(call.result, test.result);
}

interface Count {
  readonly at_least?: number | undefined;
  readonly at_most?: number | undefined;
}

/** Whether so many were found; what shows it is the last of them. */
function counted(found: readonly (string | null)[], count: Count = {}): Shown {
  const { at_least = count.at_most === undefined ? 1 : 0, at_most = Number.POSITIVE_INFINITY } = count;
  if (found.length < at_least || found.length > at_most) return undefined;
  return { on: found.at(-1) ?? null };
}

function callsShow({ calls }: Looked, test: CallsTest): Shown {
  const { after, not_after, before, not_before, count, ...plain } = test;
  const some = (from: number, to: number, wanted: CallTest): boolean =>
    calls.slice(from, to).some((call) => fitsCall(call, wanted));
  const found = calls.filter((call, at) => {
    if (!fitsCall(call, plain)) return false;
    if (after && !some(0, at, after)) return false;
    if (not_after && some(0, at, not_after)) return false;
    if (before && !some(at + 1, calls.length, before)) return false;
    return !(not_before && some(at + 1, calls.length, not_before));
  });
  return counted(
    found.map((call) => call.resultEvidenceId ?? call.callEvidenceId),
    count,
  );
}

function messagesShow({ main }: Looked, test: MessageTest): Shown {
  const said = main.filter(
    (record) => record.role === test.role && record.text !== null && (test.role !== 'user' || record.is_human),
  );
  const looked = test.which === 'any' ? said : test.which === 'first' ? said.slice(0, 1) : said.slice(-1);
  const found = looked.filter((record) => fitsText(record.text ?? '', test.text));
  return counted(
    found.map((record) => record.evidence_id),
    test.count,
  );
}

function runShows({ run }: Looked, tests: ValueTest | readonly ValueTest[]): Shown {
  const { source, format, task_id, trial, project, agent, models, calls, records } = run;
  const seen = { source, format, task_id, trial, project, agent, models, calls, records };
  return listOf(tests).every((test) => fitsValue(seen, test)) ? { on: null } : undefined;
}

function anyShows(looked: Looked, conditions: readonly Condition[]): Shown {
  for (const one of conditions) {
    const found = shows(looked, one);
    if (found) return found;
  }
  return undefined;
}

function allShow(looked: Looked, conditions: readonly Condition[]): Shown {
  let on: string | null = null;
  for (const one of conditions) {
    const found = shows(looked, one);
    if (!found) return undefined;
    on ??= found.on;
  }
  return { on };
}

function shows(looked: Looked, condition: Condition): Shown {
  const { call, message, run, all, any, not } = condition;
  const parts: (() => Shown)[] = [];
  if (call) parts.push(() => callsShow(looked, call));
  if (message) parts.push(() => messagesShow(looked, message));
  if (run) parts.push(() => runShows(looked, run));
  if (all) parts.push(() => allShow(looked, all));
  if (any) parts.push(() => anyShows(looked, any));
  if (not) parts.push(() => (shows(looked, not) ? undefined : { on: null }));
  let on: string | null = null;
  for (const part of parts) {
    const found = part();
    if (!found) return undefined;
    on ??= found.on;
  }
  return { on };
}

/** What the rules of an operator's file say of a run; each reason rests on a record that its condition matched. */
export function ruleReasons(rules: readonly Rule[], looked: Looked): ScoreReason[] {
  const end = looked.main.at(-1);
  return rules.flatMap((rule) => {
    const found = shows(looked, rule.when);
    return found ? [reasonOf(rule.severity, `rule:${rule.id}`, oneLine(rule.message), found.on ?? end)] : [];
  });
}
