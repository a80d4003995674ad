import { amongOf } from './among.js';
import { byRank, type Candidate, commonSources } from './common-sources.js';
import type { Expr } from './expr.js';
import type { Given, LearntWhere } from './filters.js';
import type { Embedding, Flow, Instance, LinkedRun } from './flows.js';
import { gatheredExpr } from './gathered.js';
import { type FlowMap, flowMaps, itemExpr } from './maps.js';
import { nounOf, paramName, resultName, singular } from './naming.js';
import type { Argument, Link, Over, Param, Program, Step } from './program.js';
import { putTogether } from './put-together.js';
import { selectorByFlow, selectorByParam, selectorByValue } from './select.js';
import { isOfThose, type SlotValues, slotValues } from './slot-values.js';
import { EACH, isIdentifier, isWeak, lastName, type Path, valueKey } from './values.js';
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
  /** arguments that are made of the results of a map: where in these they, or their elements, stand */
  readonly gathered: readonly {
    readonly from: number;
    readonly step: number;
    readonly slot: string;
    readonly path: Path;
  }[];
  /** flow that holds in nearly all occurrences: it becomes part of the structure */
  readonly links: Link[];
  readonly sure: Program['sure'][number][];
}

const minConstantGroups = 3;
const minChanceGroups = 3;

function instanceOf(
  embedding: Embedding,
  flow: Flow,
  at: { readonly runs: readonly LinkedRun[]; readonly order: readonly number[] },
): Instance | null {
  const { order } = at;
  const linked = at.runs[embedding.run];
  if (!linked) return null;
  const calls = order.map((step) => (embedding.calls[step] ?? []).flatMap((at) => linked.run.calls[at] ?? []));
  return { linked, calls, maps: order.map((step) => flow.steps[step]?.map === true) };
}

/** Steps in the order in which they were mostly called; a source always comes before what uses it. */
function stepOrder(flow: Flow): number[] {
  const mean = flow.steps.map((_, step) => flow.embeddings.reduce((sum, one) => sum + (one.calls[step]?.[0] ?? 0), 0));
  return flow.steps.map((_, step) => step).sort((a, b) => (mean[a] ?? 0) - (mean[b] ?? 0) || a - b);
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

/** What one argument is in all occurrences; null where its calls differ in a way that a program cannot say. */
function generalizeSlot(work: Work, step: number, slot: string): Expr | null {
  const map = work.maps[step] ?? null;
  const seen = slotValues(work.instances, { step, slot });
  if (map && (slot === map.slot || seen.varies)) return itemExpr(work.instances, step, slot, map);
  const sources = commonSources(work, step, slot)
    .filter((one) => isFlow(work, one, seen))
    .sort(byRank);
  const maps = [...Array(step).keys()].filter((from) => work.maps[from] !== null);
  const direct = directExpr(work, step, slot, sources);
  if (direct) return direct;
  const gathered = gatheredExpr(work.instances, { step, slot }, maps);
  if (gathered) {
    work.sure.push({ step, slot });
    return gathered;
  }
  const isFixed =
    seen.distinct === 1 && seen.groups >= minConstantGroups && !isOfThose(work.instances, { step, slot }, sources);
  if (isFixed) return { kind: 'const', value: seen.values[0] ?? null };
  return (
    selectExpr(work, step, slot, sources) ??
    amongExpr(work, step, slot) ??
    newParam(work, slot.split('.').at(-1) ?? slot, step, slot, 'argument')
  );
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
  const noun = singular(lastName(list) ?? nounOf(work.labels[step] ?? '').join('_'));
  const field = lastName(by) ?? 'key';
  const made = newParam(work, noun === field ? field : `${noun}_${field}`, fed.step, fed.slot, fed.role);
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
  for (const one of work.gathered)
    if (one.step === step && one.slot === slot) members.push({ step: one.from, path: [EACH, ...one.path] });
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
  return flow.links.map(({ from, to, link, gathered }) => {
    const [source, target] = [order.indexOf(from), order.indexOf(to)];
    if (gathered && link.source.kind !== 'argument')
      return {
        from: source,
        to: target,
        slot: link.slot,
        map: false,
        source: { kind: 'member', path: link.source.path },
      };
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
  const instances = flow.embeddings.flatMap((one) => instanceOf(one, flow, { runs, order }) ?? []);
  const maps = flowMaps(flow, order, instances);
  if (maps === undefined) return null;
  const work: Work = {
    instances,
    maps,
    labels: tools,
    frequent,
    gathered: flow.links.flatMap(({ from, to, link, gathered }) =>
      gathered && link.source.kind !== 'argument'
        ? [{ from: order.indexOf(from), step: order.indexOf(to), slot: link.slot, path: link.source.path }]
        : [],
    ),
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
    const over: Over | null = map ? { kind: 'result', step: map.from, list: map.list, where, inner: map.inner } : null;
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
