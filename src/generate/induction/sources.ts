import { isJsonObject, type JsonValue } from '../../json.js';
import { type Change, changesTo } from './changes.js';
import { type CorpusCall, type CorpusRun, standsIn } from './corpus.js';
import { memberLinks, pickedLinks } from './picked.js';
import { EACH, isEmptyValue, isIdentifier, isWeak, KEY, type Path, scalarsAt, valueKey } from './values.js';

export type Source =
  | { readonly kind: 'result'; readonly path: Path; readonly change: Change | null }
  | { readonly kind: 'argument'; readonly slot: string }
  /** what stands at the path is a part of the text that the argument is */
  | { readonly kind: 'part'; readonly path: Path }
  /** of some of the elements at the path the argument is a list */
  | { readonly kind: 'picked'; readonly path: Path }
  /** what stands at the path is an element of the list that the argument is */
  | { readonly kind: 'member'; readonly path: Path };

/** That the value of an argument stood in an earlier call of its run: one possible source. */
export interface SourceLink {
  readonly from: number;
  readonly to: number;
  readonly slot: string;
  readonly source: Source;
  /** true where the path passes through the elements of a list */
  readonly each: boolean;
  readonly weak: boolean;
  readonly isIdentifier: boolean;
  /** key of the value */
  readonly value: string;
  /** the same for the same source in every run: labels, path and slot, but not the place */
  readonly id: string;
  /** for an element that is the first, or an extreme, of its list: the id of its being any element of the list */
  readonly among: string | null;
}

const maxNodes = 4000;
const maxElements = 200;
const maxListsDeep = 2;
const maxLinksPerSlot = 48;
const maxDepth = 7;
const maxTogetherChars = 80;
/** A part must make up so much of a text: one in so many of its characters. */
const maxPartsOfText = 5;

/** Objects that are used as dictionaries (their keys are data), by label and path. */
export type Dictionaries = ReadonlySet<string>;

export function dictionaryKey(label: string, path: Path): string {
  return `${label} ${JSON.stringify(path)}`;
}

interface KeyCount {
  instances: number;
  keys: number;
  readonly counts: Map<string, number>;
}

function countKeys(call: CorpusCall, stats: Map<string, KeyCount>): void {
  const visit = (value: JsonValue, path: Path): void => {
    if (path.length > maxDepth) return;
    if (Array.isArray(value)) {
      for (const one of value.slice(0, 3)) visit(one, [...path, EACH]);
    } else if (isJsonObject(value)) {
      const id = dictionaryKey(call.label, path);
      const stat = stats.get(id) ?? { instances: 0, keys: 0, counts: new Map<string, number>() };
      stats.set(id, stat);
      stat.instances += 1;
      for (const [key, one] of Object.entries(value)) {
        stat.keys += 1;
        if (stat.counts.size < 200 || stat.counts.has(key)) stat.counts.set(key, (stat.counts.get(key) ?? 0) + 1);
        visit(one, [...path, key]);
      }
    }
  };
  visit(call.result, []);
}

const dictionarySample = 200;

/**
 * Finds the objects whose keys are data: no key stands in more than half of the instances,
 * and there are at least twice as many keys as one instance has.
 */
export function findDictionaries(runs: readonly CorpusRun[]): Dictionaries {
  const stats = new Map<string, KeyCount>();
  const seen = new Map<string, number>();
  const first = new Set<string>();
  for (const run of runs) {
    for (const call of run.calls) {
      // The same call again says nothing new about which keys vary.
      const same = `${call.label} ${valueKey(call.args)}`;
      const times = seen.get(call.label) ?? 0;
      if (first.has(same) || times >= dictionarySample) continue;
      first.add(same);
      seen.set(call.label, times + 1);
      countKeys(call, stats);
    }
  }
  const found = new Set<string>();
  for (const [id, stat] of stats) {
    const most = Math.max(0, ...stat.counts.values());
    if (stat.instances >= 3 && most * 2 <= stat.instances && stat.counts.size >= (2 * stat.keys) / stat.instances)
      found.add(id);
  }
  return found;
}

interface Hit {
  readonly from: number;
  readonly path: Path;
  readonly change: Change | null;
}

/** Notes where in a call's result any of the wanted values stands. Of a list the first element is also found by its index. */
function findHits(
  call: CorpusCall,
  wanted: ReadonlySet<string>,
  dictionaries: Dictionaries,
  hit: (key: string, found: Hit) => void,
): void {
  let nodes = 0;
  const containers = [...wanted].some((key) => key.startsWith('[') || key.startsWith('{'));
  const visit = (value: JsonValue, path: Path, shape: Path, each: number): void => {
    nodes += 1;
    if (nodes > maxNodes || path.length > maxDepth) return;
    const key = typeof value !== 'object' || value === null || containers ? valueKey(value) : '';
    if (wanted.has(key)) hit(key, { from: call.index, path, change: null });
    if (each === 0)
      for (const one of changesTo(value, wanted)) hit(one.key, { from: call.index, path, change: one.change });
    if (Array.isArray(value)) {
      for (const [at, one] of value.slice(0, maxElements).entries()) {
        if (at === 0) visit(one, [...path, 0], [...shape, EACH], each);
        if (each < maxListsDeep) visit(one, [...path, EACH], [...shape, EACH], each + 1);
      }
    } else if (isJsonObject(value)) {
      const dictionary = dictionaries.has(dictionaryKey(call.label, shape));
      for (const [name, one] of Object.entries(value)) {
        if (!dictionary) visit(one, [...path, name], [...shape, name], each);
        else if (each === 0) {
          const nameKey = valueKey(name);
          if (wanted.has(nameKey)) hit(nameKey, { from: call.index, path: [...path, EACH, KEY], change: null });
          visit(one, [...path, EACH], [...shape, name], maxListsDeep);
        }
      }
    }
  };
  visit(call.result, [], [], 0);
}

function linkId(from: CorpusCall, { path, change }: Omit<Hit, 'from'>, to: CorpusCall, slot: string): string {
  return JSON.stringify([from.label, path, to.label, slot, ...(change === null ? [] : [change])]);
}

function anyId(from: CorpusCall, { path, change }: Omit<Hit, 'from'>, to: CorpusCall, slot: string): string | null {
  if (change === null && path.includes(0))
    return linkId(from, { path: path.map((one) => (one === 0 ? EACH : one)), change }, to, slot);
  if (change?.op !== 'least' && change?.op !== 'most') return null;
  return linkId(from, { path: [...path, EACH, ...change.get], change: null }, to, slot);
}

function resultLink(
  hit: Hit,
  from: CorpusCall,
  to: CorpusCall,
  slot: { name: string; key: string; value: JsonValue },
): SourceLink {
  return {
    from: from.index,
    to: to.index,
    slot: slot.name,
    source: { kind: 'result', path: hit.path, change: hit.change },
    each: hit.path.includes(EACH),
    weak: isWeak(slot.value),
    isIdentifier: isIdentifier(slot.value),
    value: slot.key,
    id: linkId(from, hit, to, slot.name),
    among: anyId(from, hit, to, slot.name),
  };
}

function argumentLinks(run: CorpusRun, to: CorpusCall): SourceLink[] {
  const links: SourceLink[] = [];
  for (const slot of to.slots) {
    if (isEmptyValue(slot.value)) continue;
    for (const from of run.calls.slice(0, to.index)) {
      for (const other of from.slots) {
        if (other.key !== slot.key) continue;
        links.push({
          from: from.index,
          to: to.index,
          slot: slot.name,
          source: { kind: 'argument', slot: other.name },
          each: false,
          weak: isWeak(slot.value),
          isIdentifier: isIdentifier(slot.value),
          value: slot.key,
          id: JSON.stringify([from.label, other.name, to.label, slot.name]),
          among: null,
        });
      }
    }
  }
  return links;
}

/** Short texts that are put together from what stood in earlier results; in a long one too much stands by chance. */
function partLinks(run: CorpusRun, to: CorpusCall): SourceLink[] {
  const links: SourceLink[] = [];
  for (const { name: slot, key, value } of to.slots) {
    if (typeof value !== 'string' || value.length > maxTogetherChars || !/\s/.test(value.trim())) continue;
    for (const from of run.calls.slice(0, to.index)) {
      if (from.resultOrdinal >= to.ordinal) continue;
      for (const { path, value: part } of scalarsAt(from.result)) {
        if (typeof part !== 'string' || isWeak(part) || part.length * maxPartsOfText < value.length) continue;
        if (part === value || !standsIn(value, part)) continue;
        const id = JSON.stringify([from.label, path, to.label, slot, 'part']);
        const place = { from: from.index, to: to.index, slot, each: false, weak: false, isIdentifier: false };
        links.push({ ...place, source: { kind: 'part', path }, value: key, id, among: null });
      }
    }
  }
  return links;
}

/** Every possible source, in earlier calls of the run, of every argument of the run; the nearest calls first. */
export function linksOf(run: CorpusRun, dictionaries: Dictionaries): SourceLink[] {
  const wanted = new Set<string>();
  for (const call of run.calls.slice(1)) {
    for (const slot of call.slots) if (!isEmptyValue(slot.value)) wanted.add(slot.key);
  }
  if (wanted.size === 0) return [];
  const hits = new Map<string, Map<string, Hit>>();
  for (const call of run.calls) {
    findHits(call, wanted, dictionaries, (key, found) => {
      const known = hits.get(key) ?? new Map<string, Hit>();
      hits.set(key, known);
      known.set(`${found.from} ${JSON.stringify([found.path, found.change])}`, found);
    });
  }
  const links: SourceLink[] = [];
  for (const to of run.calls) {
    for (const slot of to.slots) {
      const found = [...(hits.get(slot.key)?.values() ?? [])]
        .filter((one) => (run.calls[one.from]?.resultOrdinal ?? Number.POSITIVE_INFINITY) < to.ordinal)
        .sort(
          (a, b) =>
            b.from - a.from || Number(a.change !== null) - Number(b.change !== null) || a.path.length - b.path.length,
        );
      for (const one of found.slice(0, maxLinksPerSlot)) {
        const from = run.calls[one.from];
        if (from) links.push(resultLink(one, from, to, slot));
      }
    }
    links.push(...argumentLinks(run, to), ...partLinks(run, to), ...pickedLinks(run, to), ...memberLinks(run, to));
  }
  return links;
}
