import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import { parseContainer } from './read/parse.js';

/** JSON inside a string inside JSON: how often that is followed. */
const maxNesting = 4;
/** Parts that are longer together are not looked at as one text. */
const maxJoined = 4_000_000;

/** Who is told of what stands in a value, in the order in which it stands. */
export interface Seer {
  /** A string, or a name of a property (then without a key). */
  text(text: string, key: string | null): void;
  number(number: number, key: string): void;
  /** Parts of one message that follow one another. */
  parts(parts: readonly Part[]): void;
}

/** A stretch of text that an element of a list holds. */
export interface Part {
  readonly at: number;
  readonly text: string;
  /** false for a string that is itself the element, as in a list of values */
  readonly inBlock: boolean;
  /** The element with another text. */
  saying(text: string): JsonValue;
}

const saidTypes: ReadonlySet<JsonValue | undefined> = new Set(['text', 'reasoning', 'thinking']);

/** A block under whose `text` something stands, or under whose `content` where its type says that this is text. */
function blockOf(block: JsonObject, at: number): Part | undefined {
  for (const name of saidTypes.has(block['type']) ? ['text', 'content'] : ['text']) {
    const text = block[name];
    if (typeof text !== 'string') continue;
    return { at, text, inBlock: true, saying: (other) => ({ ...block, [name]: other }) };
  }
  return undefined;
}

/** The same, as OTLP wraps it: pairs of names and wrapped values. */
function wrappedBlockOf(block: JsonObject, at: number): Part | undefined {
  const list = block['kvlistValue'];
  const pairs = isJsonObject(list) && Array.isArray(list['values']) ? list['values'] : [];
  const held = (pair: JsonValue): JsonValue | undefined => {
    const value = isJsonObject(pair) ? pair['value'] : undefined;
    return isJsonObject(value) ? value['stringValue'] : undefined;
  };
  const indexOf = (name: string): number => pairs.findIndex((pair) => isJsonObject(pair) && pair['key'] === name);
  if (!saidTypes.has(held(pairs[indexOf('type')] ?? null))) return undefined;
  const place = Math.max(indexOf('content'), indexOf('text'));
  const pair = pairs[place] ?? null;
  const text = held(pair);
  if (typeof text !== 'string' || !isJsonObject(pair)) return undefined;
  const saying = (other: string): JsonValue => {
    const values = pairs.with(place, { ...pair, value: { stringValue: other } });
    return { ...block, kvlistValue: { values } };
  };
  return { at, text, inBlock: true, saying };
}

function partOf(item: JsonValue, at: number): Part | undefined {
  if (typeof item === 'string') return { at, text: item, inBlock: false, saying: (text) => text };
  if (!isJsonObject(item)) return undefined;
  return blockOf(item, at) ?? wrappedBlockOf(item, at);
}

/** Runs of neighbouring parts of text, of two parts at least. */
function partsOf(items: readonly JsonValue[]): Part[][] {
  const runs: Part[][] = [];
  let run: Part[] = [];
  const close = (): void => {
    if (run.length > 1 && run.reduce((sum, part) => sum + part.text.length, 0) <= maxJoined) runs.push(run);
    run = [];
  };
  for (const [at, item] of items.entries()) {
    const part = partOf(item, at);
    if (!part || (run[0] && run[0].inBlock !== part.inBlock)) close();
    if (part) run.push(part);
  }
  close();
  return runs;
}

/** JSON in strings is looked into. */
export function visit(value: JsonValue, seer: Seer): void {
  const walk = (one: JsonValue, key: string | null, nesting: number): void => {
    if (typeof one === 'string') {
      const inner = nesting < maxNesting ? parseContainer(one) : undefined;
      if (inner === undefined) seer.text(one, key);
      else walk(inner, null, nesting + 1);
    } else if (typeof one === 'number') {
      if (key !== null) seer.number(one, key);
    } else if (Array.isArray(one)) {
      for (const parts of partsOf(one)) seer.parts(parts);
      for (const item of one) walk(item, key, nesting);
    } else if (typeof one === 'object' && one !== null) {
      for (const [name, item] of Object.entries(one)) {
        seer.text(name, null);
        walk(item, name, nesting);
      }
    }
  };
  walk(value, null, 0);
}

/** How the pieces of a value are replaced. */
export interface Change {
  text(text: string): string;
  number(number: number): JsonValue;
  /** The texts that take the place of the parts. */
  parts(parts: readonly Part[]): readonly string[];
}

/** A value with its strings, names included, and numbers replaced. */
export function mapValue(value: JsonValue, change: Change): JsonValue {
  const map = (one: JsonValue, nesting: number): JsonValue => {
    if (typeof one === 'string') {
      const inner = nesting < maxNesting ? parseContainer(one) : undefined;
      if (inner === undefined) return change.text(one);
      const before = JSON.stringify(inner);
      const after = JSON.stringify(map(inner, nesting + 1));
      return before === after ? one : after;
    }
    if (typeof one === 'number') return change.number(one);
    if (Array.isArray(one)) return mended(one, change).map((item) => map(item, nesting));
    if (typeof one !== 'object' || one === null) return one;
    const mapped: JsonObject = {};
    for (const [name, item] of Object.entries(one)) setOwn(mapped, change.text(name), map(item, nesting));
    return mapped;
  };
  return map(value, 0);
}

function mended(items: readonly JsonValue[], change: Change): readonly JsonValue[] {
  const whole = [...items];
  for (const parts of partsOf(items)) {
    const texts = change.parts(parts);
    for (const [index, part] of parts.entries()) {
      const text = texts[index] ?? part.text;
      if (text !== part.text) whole[part.at] = part.saying(text);
    }
  }
  return whole;
}

/** Plain assignment would call a setter for the name `__proto__`. */
function setOwn(target: JsonObject, name: string, value: JsonValue): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
