import type { JsonValue } from '../../json.js';
import { amongOf } from './among.js';
import { changesTo } from './changes.js';
import { byRank, type Candidate, commonSources } from './common-sources.js';
import { saidBefore } from './corpus.js';
import type { Expr } from './expr.js';
import type { Given, LearntWhere } from './filters.js';
import type { Embedding, Flow, Instance, LinkedRun } from './flows.js';
import { type FlowMap, flowMaps, itemExpr } from './maps.js';
import { nounOf, paramName, resultName, singular } from './naming.js';
import type { Argument, Link, Over, Param, Program, Step } from './program.js';
import { putTogether } from './put-together.js';
import { selectorByFlow, selectorByParam, selectorByValue } from './select.js';
import { isIdentifier, isWeak, type Path, valueKey } from './values.js';
import type { Where } from './where.js';

interface Work {
  readonly instances: readonly Instance[];
  readonly maps: readonly (FlowMap | null)[];
  readonly labels: readonly string[];
  readonly frequent: ReadonlySet<string>;
  readonly params: Param[];
  /** parameters that select, by the list and the field */
  readonly selectors: Map<string, string>;
  readonly exprs: Map<string, Expr>;
  /** flow that holds in nearly all occurrences: it becomes part of the structure */
  readonly links: Link[];
  readonly sure: Program['sure'][number][];
}

const minConstantGroups = 3;
const minChanceGroups = 3;

function instanceOf(embedding: Embedding, runs: readonly LinkedRun[], order: readonly number[]): Instance | null {
  const linked = runs[embedding.run];
  if (!linked) return null;
  const calls = order.map((step) => (embedding.calls[step] ?? []).flatMap((at) => linked.run.calls[at] ?? []));
  return { linked, calls };
}

/** Steps in the order in which they were mostly called; a source always comes before what uses it. */
function stepOrder(flow: Flow): number[] {
  const mean = flow.steps.map((_, step) => flow.embeddings.reduce((sum, one) => sum + (one.calls[step]?.[0] ?? 0), 0));
  return flow.steps.map((_, step) => step).sort((a, b) => (mean[a] ?? 0) - (mean[b] ?? 0) || a - b);
}

interface SlotValues {
  readonly values: readonly JsonValue[];
  readonly distinct: number;
  readonly groups: number;
  /** true where the calls of one map step differ in it */
  readonly varies: boolean;
}

function slotValues(work: Work, step: number, slot: string): SlotValues {
  const values: JsonValue[] = [];
  const groups = new Set<string>();
  let varies = false;
  for (const instance of work.instances) {
    const here = (instance.calls[step] ?? []).flatMap((call) => call.slots.filter((one) => one.name === slot));
    if (new Set(here.map((one) => one.key)).size > 1) varies = true;
    values.push(...here.map((one) => one.value));
    groups.add(instance.linked.run.group);
  }
  return { values, distinct: new Set(values.map(valueKey)).size, groups: groups.size, varies };
}

/** A source that holds everywhere may still hold by chance: it must be frequent, or hold for enough different values. */
function isFlow(work: Work, one: Candidate, seen: SlotValues): boolean {
  const { source } = one.link;
  const op = source.kind === 'result' ? source.change?.op : undefined;
  // Of one list only, any element is the extreme in some field.
  if (seen.distinct < 2 && (op === 'least' || op === 'most')) return false;
  if (work.frequent.has(one.link.id)) return seen.distinct > 1 || !seen.values.some(isWeak);
  return seen.groups >= minChanceGroups && (seen.distinct > 1 || seen.values.every(isIdentifier));
}

function newParam(
  work: Work,
  name: string,
  step: number,
  slot: string,
  role: Param['role'],
): Extract<Expr, { kind: 'param' }> {
  const others = work.params.map((one) => ({ name: one.name, tool: work.labels[one.step] ?? '' }));
  const chosen = paramName(name, work.labels[step] ?? '', others);
  work.params.push({ name: chosen, step, slot, role });
  return { kind: 'param', name: chosen };
}

/** The best source that is one value, not one of a list. */
function directExpr(work: Work, step: number, slot: string, sources: readonly Candidate[]): Expr | null {
  for (const one of sources) {
    const { source, each } = one.link;
    if (each) continue;
    const reused = source.kind === 'argument' ? work.exprs.get(`${one.step} ${source.slot}`) : undefined;
    const expr: Expr | undefined =
      source.kind === 'result' ? { kind: 'get', step: one.step, path: source.path, change: source.change } : reused;
    if (!expr || expr.kind === 'item') continue;
    if (one.share < 1) work.links.push({ from: one.step, to: step, slot, source, map: false });
    return expr;
  }
  return null;
}

/** What the results of an earlier map give together: a field of each in a list, or added up, or of the extreme one. */
function gatheredExpr(work: Work, step: number, slot: string, seen: SlotValues): Expr | null {
  if (seen.distinct < 2 || seen.groups < minChanceGroups) return null;
  for (const [from, map] of work.maps.slice(0, step).entries()) {
    if (map === null) continue;
    const shared = work.instances.map(({ calls }) => {
      const wanted = new Set(
        (calls[step] ?? []).flatMap((call) => call.slots.find((one) => one.name === slot)?.key ?? []),
      );
      const results = (calls[from] ?? []).map((call) => call.result);
      return new Map(changesTo(results, wanted).map(({ change }) => [JSON.stringify(change), change]));
    });
    const [first, ...rest] = shared;
    const found = [...(first ?? [])].find(([id]) => rest.every((one) => one.has(id)));
    if (found) return { kind: 'get', step: from, path: [], change: found[1] };
  }
  return null;
}

/** Whether an identifier is one that these runs were about: it stands in a list of an earlier result, or each person said it. */
function isOfThose(work: Work, step: number, slot: string, sources: readonly Candidate[]): boolean {
  const given = work.instances.flatMap(({ linked, calls }) =>
    (calls[step] ?? []).flatMap(({ ordinal, slots }) =>
      slots.filter((one) => one.name === slot).map(({ value }) => ({ run: linked.run, value, ordinal })),
    ),
  );
  if (!given.every(({ value }) => isIdentifier(value))) return false;
  return (
    sources.some(({ link }) => link.each) || given.every(({ run, value, ordinal }) => saidBefore(run, value, ordinal))
  );
}

/** What one argument is in all occurrences; null where its calls differ in a way that a program cannot say. */
function generalizeSlot(work: Work, step: number, slot: string): Expr | null {
  const map = work.maps[step] ?? null;
  const seen = slotValues(work, step, slot);
  if (map && (slot === map.slot || seen.varies)) return itemExpr(work.instances, step, slot, map);
  const sources = commonSources(work, step, slot)
    .filter((one) => isFlow(work, one, seen))
    .sort(byRank);
  const direct = directExpr(work, step, slot, sources) ?? gatheredExpr(work, step, slot, seen);
  if (direct) return direct;
  const isFixed = seen.distinct === 1 && seen.groups >= minConstantGroups && !isOfThose(work, step, slot, sources);
  if (isFixed) return { kind: 'const', value: seen.values[0] ?? null };
  return (
    selectExpr(work, step, slot, sources) ??
    amongExpr(work, step, slot) ??
    newParam(work, slot.split('.').at(-1) ?? slot, step, slot, 'argument')
  );
}

/** The last name in a path. */
function lastName(path: Path): string | undefined {
  return path.filter((one) => typeof one === 'string').at(-1);
}

/** The parameter that tells elements of a list by one of their fields. */
function tellingParam(
  work: Work,
  { step, list, by }: { readonly step: number; readonly list: Path; readonly by: Path },
  fed: { readonly step: number; readonly slot: string; readonly role: Param['role'] },
): Extract<Expr, { kind: 'param' }> {
  const key = JSON.stringify([step, list, by]);
  const known = work.selectors.get(key);
  if (known !== undefined) return { kind: 'param', name: known };
  const noun = lastName(list) ?? nounOf(work.labels[step] ?? '').join('_');
  const made = newParam(work, `${singular(noun)}_${lastName(by) ?? 'key'}`, fed.step, fed.slot, fed.role);
  work.selectors.set(key, made.name);
  return made;
}

/** An earlier argument that is a parameter and has these values in all occurrences. */
function sameParam(work: Work, step: number, values: Given): Extract<Expr, { kind: 'param' }> | null {
  for (const [key, expr] of work.exprs) {
    if (expr.kind !== 'param') continue;
    const [from = '', slot] = key.split(' ');
    const isSame = work.instances.every(({ calls }, at) => {
      const value = values[at];
      const found = calls[Number(from)]?.[0]?.slots.find((one) => one.name === slot);
      return value === undefined || found?.key === valueKey(value);
    });
    if (Number(from) <= step && isSame) return expr;
  }
  return null;
}

/** A condition on elements with the parameter that it asks for. */
function named(
  work: Work,
  {
    step,
    slot,
    from,
    list,
  }: { readonly step: number; readonly slot: string; readonly from: number; readonly list: Path },
  { by, is, wanted }: LearntWhere,
): Where {
  if (wanted.kind !== 'given') return { by, is, wanted };
  const known = sameParam(work, step, wanted.values);
  return { by, is, wanted: known ?? tellingParam(work, { step: from, list, by }, { step, slot, role: 'filter' }) };
}

/** An element of an earlier list, told by a field that an earlier result gives, else is one value, else was known before. */
function selectExpr(work: Work, step: number, slot: string, sources: readonly Candidate[]): Expr | null {
  const members = sources.flatMap(({ step: from, link }) =>
    link.each && link.source.kind === 'result' ? [{ step: from, path: link.source.path }] : [],
  );
  const target = { step, slot };
  const flow = selectorByFlow(work.instances, target, members);
  if (flow) return { kind: 'select', ...flow };
  const fixed = selectorByValue(work.instances, target, members);
  if (fixed) {
    work.sure.push(target);
    return { kind: 'select', ...fixed };
  }
  const selector = selectorByParam(work.instances, target, members);
  if (!selector) return null;
  return { kind: 'select', ...selector, wanted: tellingParam(work, selector, { ...target, role: 'selector' }) };
}

/** What some elements of an earlier list give, told by one of their fields. */
function amongExpr(work: Work, step: number, slot: string): Expr | null {
  const singles = [...Array(step).keys()].filter((from) => work.maps[from] === null);
  const found = amongOf(work.instances, { step, slot }, singles);
  if (!found) return null;
  work.sure.push({ step, slot });
  const { list, change, field, wanted } = found;
  const where = named(work, { step, slot, from: found.step, list }, { ...field, wanted });
  return { kind: 'among', step: found.step, list, where, change };
}

function programLinks(flow: Flow, order: readonly number[], exprs: ReadonlyMap<string, Expr>): Link[] {
  return flow.links.map(({ from, to, link }) => {
    const [source, target] = [order.indexOf(from), order.indexOf(to)];
    const expr = exprs.get(`${target} ${link.slot}`);
    const map = flow.steps[to]?.map === true;
    const agrees = expr?.kind === 'get' && expr.step === source;
    return {
      from: source,
      to: target,
      slot: link.slot,
      map,
      source: agrees ? { kind: 'result', path: expr.path, change: expr.change } : link.source,
    };
  });
}

/**
 * The least general program that explains all occurrences of a flow (anti-unification): flow that holds in all of them is
 * kept, what is always the same is a constant, what differs and has no source becomes a parameter. Null where there is none.
 */
export function generalize(flow: Flow, runs: readonly LinkedRun[], frequent: ReadonlySet<string>): Program | null {
  const order = stepOrder(flow);
  const labels = order.map((step) => flow.steps[step]?.label ?? '');
  const tools = labels.map((label) => label.slice(0, label.lastIndexOf('(')));
  const instances = flow.embeddings.flatMap((one) => instanceOf(one, runs, order) ?? []);
  const maps = flowMaps(flow, order, instances);
  if (maps === undefined) return null;
  const work: Work = {
    instances,
    maps,
    labels: tools,
    frequent,
    params: [],
    selectors: new Map(),
    exprs: new Map(),
    links: [],
    sure: [],
  };
  const names = new Set<string>();
  const steps: Step[] = [];
  for (const [at, tool] of tools.entries()) {
    const args: Argument[] = [];
    for (const slot of instances[0]?.calls[at]?.[0]?.slots ?? []) {
      const expr = generalizeSlot(work, at, slot.name);
      if (!expr) return null;
      work.exprs.set(`${at} ${slot.name}`, expr);
      args.push({ slot: slot.name, keys: slot.keys, expr });
    }
    const map = maps[at];
    const where = map?.where ? named(work, { ...map, step: at }, map.where) : null;
    const over: Over | null = map ? { kind: 'result', step: map.from, list: map.list, where } : null;
    steps.push({
      tool,
      label: labels[at] ?? '',
      name: resultName({ tool, many: map !== null && map !== undefined, earlier: tools.slice(0, at) }, names),
      over,
      when: null,
      args,
    });
  }
  const links = programLinks(flow, order, work.exprs);
  const found = flow.steps.map((_, step) => order.indexOf(step));
  return putTogether({ params: work.params, steps, links, order: found, sure: work.sure, guard: null }, instances);
}
