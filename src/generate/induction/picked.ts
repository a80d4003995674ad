import { isJsonObject, type JsonValue } from '../../json.js';
import type { CorpusRun } from './corpus.js';
import type { SourceLink } from './sources.js';
import { EACH, isWeak, listsIn, type Path, scalarsAt, valueAt, valueKey } from './values.js';

const maxElements = 60;

/** The fields of a list's elements that hold all of some values, by their paths. */
function fieldsHolding(list: readonly JsonValue[], wanted: ReadonlySet<string>): Path[] {
  const [first] = list;
  if (first === undefined || !isJsonObject(first) || list.length > maxElements || list.length < wanted.size) return [];
  return scalarsAt(first).flatMap(({ path }) => {
    const found = new Set(
      list.flatMap((one) => {
        const value = valueAt(one, path);
        return value === undefined ? [] : [valueKey(value)];
      }),
    );
    return [...wanted].every((key) => found.has(key)) ? [path] : [];
  });
}

/** Lists that were picked from the elements of one in an earlier result: all that is in them stands there, in one field. */
export function pickedLinks(run: CorpusRun, to: CorpusRun['calls'][number]): SourceLink[] {
  const links: SourceLink[] = [];
  for (const { name: slot, key, value } of to.slots) {
    if (!Array.isArray(value) || value.length === 0 || value.some(isWeak)) continue;
    const wanted = new Set(value.map(valueKey));
    for (const from of run.calls.slice(0, to.index)) {
      if (from.resultOrdinal >= to.ordinal) continue;
      for (const list of listsIn(from.result)) {
        const elements = valueAt(from.result, list);
        for (const get of Array.isArray(elements) ? fieldsHolding(elements, wanted) : []) {
          const path = [...list, EACH, ...get];
          const id = JSON.stringify([from.label, path, to.label, slot, 'picked']);
          const place = { from: from.index, to: to.index, slot, each: false, weak: false, isIdentifier: false };
          links.push({ ...place, source: { kind: 'picked', path }, value: key, id, among: null });
        }
      }
    }
  }
  return links;
}

/** Lists that were put together from several results: each of these holds an element of the list. */
export function memberLinks(run: CorpusRun, to: CorpusRun['calls'][number]): SourceLink[] {
  const links: SourceLink[] = [];
  for (const { name: slot, key, value } of to.slots) {
    if (!Array.isArray(value) || value.length === 0 || value.some(isWeak)) continue;
    const wanted = new Set(value.map(valueKey));
    for (const from of run.calls.slice(0, to.index)) {
      if (from.resultOrdinal >= to.ordinal) continue;
      for (const { path, value: held } of scalarsAt(from.result)) {
        if (!wanted.has(valueKey(held))) continue;
        const id = JSON.stringify([from.label, path, to.label, slot, 'member']);
        const place = { from: from.index, to: to.index, slot, each: false, weak: false, isIdentifier: false };
        links.push({ ...place, source: { kind: 'member', path }, value: key, id, among: null });
      }
    }
  }
  return links;
}
