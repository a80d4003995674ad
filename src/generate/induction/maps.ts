import type { Expr } from './expr.js';
import { type LearntWhere, whereOf } from './filters.js';
import { type Flow, type Instance, resultAt } from './flows.js';
import { fieldsOf } from './select.js';
import { EACH, type Element, elementsAt, elementValue, type Path, splitAtEach, valueKey } from './values.js';
import { type Choice, choiceOf, innerOf } from './where.js';

/** A step that is called for elements of a list, and which of its arguments is of the element. */
export interface FlowMap {
  readonly from: number;
  readonly slot: string;
  readonly list: Path;
  readonly rest: Path;
  /** for those elements only */
  readonly where: LearntWhere | null;
  /** the condition is on elements that have a list: for each element of that */
  readonly inner: Path | null;
  /** for each result of another map; `list` is empty then */
  readonly aligned: boolean;
}

const sample = 20;

/** The elements that the calls of an occurrence were made for. */
function elementsOf(instance: Instance, step: number, map: FlowMap): readonly Element[] {
  const elements = elementsAt(resultAt(instance, map.from), map.list);
  return map.aligned ? elements : innerOf(choiceOf(elements, instance.calls[step] ?? [], map).used, map.inner);
}

/** The argument of a map's calls that is a field of the element. */
export function itemExpr(instances: readonly Instance[], step: number, slot: string, map: FlowMap): Expr | null {
  if (slot === map.slot) return { kind: 'item', path: map.rest };
  const fields = new Map<string, Path>();
  for (const instance of instances.slice(0, sample)) {
    const element = elementsOf(instance, step, map)[0];
    for (const path of element ? fieldsOf(element.value) : []) fields.set(JSON.stringify(path), path);
  }
  for (const path of fields.values()) {
    const always = instances.every((instance) => {
      const elements = elementsOf(instance, step, map);
      return (instance.calls[step] ?? []).every((call, at) => {
        const element = elements[at];
        const value = element && elementValue(element, path);
        return value !== undefined && call.slots.some((one) => one.name === slot && one.key === valueKey(value));
      });
    });
    if (always) return { kind: 'item', path };
  }
  return null;
}

/** Which elements of the list had a call in each occurrence; null where the list is none. */
function choicesOf(instances: readonly Instance[], step: number, map: FlowMap): Choice[] | null {
  const lists = instances.map((instance) => elementsAt(resultAt(instance, map.from), map.list));
  if (lists.some((list) => list.some((one) => one.key !== null))) return null;
  return lists.map((list, at) => choiceOf(list, instances[at]?.calls[step] ?? [], map));
}

/** The same map as one for the lists of those elements that a condition leaves; null where there are no such elements. */
function outerOf(map: FlowMap): FlowMap | null {
  const at = map.list.lastIndexOf(EACH);
  return at < 0 ? null : { ...map, list: map.list.slice(0, at), inner: map.list.slice(at + 1) };
}

function withWhere(map: FlowMap, step: number, instances: readonly Instance[]): FlowMap | null {
  const choices = choicesOf(instances, step, map);
  const where = choices && whereOf(choices, instances, step);
  return where && { ...map, where };
}

/** The maps of a flow by step, in the order of the program; undefined where which elements are called cannot be told. */
export function flowMaps(
  flow: Flow,
  order: readonly number[],
  instances: readonly Instance[],
): (FlowMap | null)[] | undefined {
  const maps: (FlowMap | null)[] = [];
  for (const [at, step] of order.entries()) {
    const { map: isMap, aligned = false, nested = false } = flow.steps[step] ?? { map: false };
    const made = isMap
      ? flow.links.find(
          (one) =>
            one.to === step && one.link.source.kind === 'result' && one.link.source.path.includes(EACH) !== aligned,
        )
      : undefined;
    if (made?.link.source.kind !== 'result') {
      maps.push(null);
      continue;
    }
    const { path } = made.link.source;
    const map = {
      from: order.indexOf(made.from),
      slot: made.link.slot,
      ...(aligned ? { list: [], rest: path } : splitAtEach(nested ? [EACH, ...path] : path)),
      where: null,
      inner: null,
      aligned,
    };
    if (!flow.steps[step]?.some) {
      maps.push(map);
      continue;
    }
    const filtered = [map, outerOf(map)].map((one) => one && withWhere(one, at, instances)).find((one) => one !== null);
    if (!filtered) return undefined;
    maps.push(filtered);
  }
  return maps;
}
