import type { JsonValue } from '../../json.js';
import type { Expr } from './expr.js';
import type { Flow, Instance } from './flows.js';
import { holds, type Where } from './program.js';
import { fieldsOf } from './select.js';
import { byText, EACH, type Element, elementsAt, elementValue, type Path, splitAtEach, valueKey } from './values.js';

/** A step that is called for elements of a list, and which of its arguments is of the element. */
export interface FlowMap {
  readonly from: number;
  readonly slot: string;
  readonly list: Path;
  readonly rest: Path;
  /** for those elements only */
  readonly where: Where | null;
  /** for each result of another map; `list` is empty then */
  readonly aligned: boolean;
}

const sample = 20;
const minWhereGroups = 3;

function elementsOf(instance: Instance, map: FlowMap): Element[] {
  const calls = instance.calls[map.from] ?? [];
  if (map.aligned) return calls.map((call) => ({ key: null, value: call.result }));
  return elementsAt(calls[0]?.result, map.list).filter((one) => holds(map.where, one));
}

/** The argument of a map's calls that is a field of the element. */
export function itemExpr(instances: readonly Instance[], step: number, slot: string, map: FlowMap): Expr | null {
  if (slot === map.slot) return { kind: 'item', path: map.rest };
  const fields = new Map<string, Path>();
  for (const instance of instances.slice(0, sample)) {
    const element = elementsOf(instance, map)[0];
    for (const path of element ? fieldsOf(element.value) : []) fields.set(JSON.stringify(path), path);
  }
  for (const path of fields.values()) {
    const always = instances.every((instance) => {
      const elements = elementsOf(instance, map);
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

interface Choice {
  readonly group: string;
  readonly called: readonly Element[];
  readonly passed: readonly Element[];
}

/** Which elements of the list had a call in each occurrence; null where the list is none. */
function choicesOf(instances: readonly Instance[], step: number, map: FlowMap): Choice[] | null {
  const choices: Choice[] = [];
  for (const instance of instances) {
    const list = elementsAt(instance.calls[map.from]?.[0]?.result, map.list);
    if (list.some((one) => one.key !== null)) return null;
    const keys = new Set(
      (instance.calls[step] ?? []).map((call) => call.slots.find((one) => one.name === map.slot)?.key),
    );
    const called: Element[] = [];
    const passed: Element[] = [];
    for (const element of list) {
      const target = elementValue(element, map.rest);
      (target !== undefined && keys.has(valueKey(target)) ? called : passed).push(element);
    }
    choices.push({ group: instance.linked.run.group, called, passed });
  }
  return choices;
}

/** The conditions that the called elements of an occurrence share and that no other one fulfils. */
function conditions({ called, passed }: Choice): Map<string, Where> {
  const found = new Map<string, Where>();
  const note = (by: Path, is: boolean, value: JsonValue | undefined): void => {
    if (value === undefined || typeof value === 'object') return;
    const where = { by, is, value };
    const fits = called.every((one) => holds(where, one)) && !passed.some((one) => holds(where, one));
    if (fits) found.set(JSON.stringify([by, !is, value]), where);
  };
  for (const by of fieldsOf(called[0]?.value ?? null)) {
    note(by, true, called[0] && elementValue(called[0], by));
    note(by, false, passed[0] && elementValue(passed[0], by));
  }
  return found;
}

/**
 * What a field of the elements says about which of them are called: that it is, or is not, one value, the same in all
 * occurrences that passed over an element, in enough task groups. Null where nothing does.
 */
function whereOf(instances: readonly Instance[], step: number, map: FlowMap): Where | null {
  const all = choicesOf(instances, step, map) ?? [];
  const choices = all.filter((one) => one.passed.length > 0 && one.called.length > 0);
  if (new Set(choices.map((one) => one.group)).size < minWhereGroups) return null;
  const [first, ...rest] = choices.map(conditions);
  const shared = [...(first ?? [])]
    .filter(([id]) => rest.every((one) => one.has(id)))
    .sort((a, b) => byText(a[0], b[0]))
    .map(([, where]) => where);
  return (
    shared.find((where) =>
      all.every(
        (one) => one.called.every((each) => holds(where, each)) && !one.passed.some((each) => holds(where, each)),
      ),
    ) ?? null
  );
}

/** The maps of a flow by step, in the order of the program; undefined where which elements are called cannot be told. */
export function flowMaps(
  flow: Flow,
  order: readonly number[],
  instances: readonly Instance[],
): (FlowMap | null)[] | undefined {
  const maps: (FlowMap | null)[] = [];
  for (const [at, step] of order.entries()) {
    const { map: isMap, aligned = false } = flow.steps[step] ?? { map: false };
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
    const map = {
      from: order.indexOf(made.from),
      slot: made.link.slot,
      ...(aligned ? { list: [], rest: made.link.source.path } : splitAtEach(made.link.source.path)),
      where: null,
      aligned,
    };
    if (!flow.steps[step]?.some) {
      maps.push(map);
      continue;
    }
    const where = whereOf(instances, at, map);
    if (where === null) return undefined;
    maps.push({ ...map, where });
  }
  return maps;
}
