import { isJsonObject, type JsonValue } from '../../json.js';
import type { CorpusCall, CorpusRun } from './corpus.js';
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

/** Where in a result the elements of a list can have been taken from. */
type Places = (result: JsonValue, wanted: ReadonlySet<string>) => Path[];

/** The ties of each argument that is a list to the places in earlier results. */
function listLinks(run: CorpusRun, to: CorpusCall, kind: 'picked' | 'member', places: Places): SourceLink[] {
  const links: SourceLink[] = [];
  for (const { name: slot, key, value } of to.slots) {
    if (!Array.isArray(value) || value.length === 0 || value.some(isWeak)) continue;
    const wanted = new Set(value.map(valueKey));
    for (const from of run.calls.slice(0, to.index)) {
      if (from.resultOrdinal >= to.ordinal) continue;
      for (const path of places(from.result, wanted)) {
        const id = JSON.stringify([from.label, path, to.label, slot, kind]);
        const place = { from: from.index, to: to.index, slot, each: false, weak: false, isIdentifier: false };
        links.push({ ...place, source: { kind, path }, value: key, id, among: null });
      }
    }
  }
  return links;
}

/** Lists that were picked from the elements of one in an earlier result: all that is in them stands there, in one field. */
export function pickedLinks(run: CorpusRun, to: CorpusCall): SourceLink[] {
  return listLinks(run, to, 'picked', (result, wanted) =>
    listsIn(result).flatMap((list) => {
      const elements = valueAt(result, list);
      return Array.isArray(elements) ? fieldsHolding(elements, wanted).map((get) => [...list, EACH, ...get]) : [];
    }),
  );
}

/** Lists that were put together from several results: each of these holds an element of the list. */
export function memberLinks(run: CorpusRun, to: CorpusCall): SourceLink[] {
  return listLinks(run, to, 'member', (result, wanted) =>
    scalarsAt(result).flatMap(({ path, value }) => (wanted.has(valueKey(value)) ? [path] : [])),
  );
}
