import type { JsonValue } from '../../json.js';
import { maxDepth } from '../read/parse.js';

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\u0007' };
const words: Readonly<Record<string, JsonValue>> = { True: true, False: false, None: null };

class NoLiteral extends Error {}

/** Reads the literals of Python that have a counterpart in JSON; owns the place in the text. */
class LiteralReader {
  #at = 0;

  constructor(readonly text: string) {}

  whole(): JsonValue {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.text.length) throw new NoLiteral();
    return value;
  }

  #space(): void {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at += 1;
  }

  #takes(character: string): boolean {
    this.#space();
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #value(depth: number): JsonValue {
    if (depth > maxDepth) throw new NoLiteral();
    if (this.#takes('{')) return this.#members(depth);
    if (this.#takes('[')) return this.#elements(']', depth);
    if (this.#takes('(')) return this.#elements(')', depth);
    const first = this.text[this.#at] ?? '';
    return first === "'" || first === '"' ? this.#string(first) : this.#word();
  }

  #elements(close: string, depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    while (!this.#takes(close)) {
      items.push(this.#value(depth + 1));
      if (this.#takes(',')) continue;
      if (this.#takes(close)) break;
      throw new NoLiteral();
    }
    return items;
  }

  #members(depth: number): JsonValue {
    const members: [string, JsonValue][] = [];
    while (!this.#takes('}')) {
      const key = this.#value(depth + 1);
      if (typeof key !== 'string' || !this.#takes(':')) throw new NoLiteral();
      members.push([key, this.#value(depth + 1)]);
      if (this.#takes(',')) continue;
      if (this.#takes('}')) break;
      throw new NoLiteral();
    }
    return Object.fromEntries(members);
  }

  #string(quote: string): string {
    let text = '';
    for (this.#at += 1; this.text[this.#at] !== quote; this.#at += 1) {
      const here = this.text[this.#at];
      if (here === undefined) throw new NoLiteral();
      text += here === '\\' ? this.#escape() : here;
    }
    this.#at += 1;
    return text;
  }

  #escape(): string {
    this.#at += 1;
    const here = this.text[this.#at] ?? '';
    const digits = { x: 2, u: 4, U: 8 }[here];
    if (digits === undefined) return escapes[here] ?? (here === '\n' ? '' : /['"\\]/.test(here) ? here : `\\${here}`);
    const code = this.text.slice(this.#at + 1, this.#at + 1 + digits);
    const point = Number.parseInt(code, 16);
    if (code.length < digits || /[^0-9a-f]/i.test(code) || point > 0x10ffff) throw new NoLiteral();
    this.#at += digits;
    return String.fromCodePoint(point);
  }

  /** A number stays text where parsing would change it, as everywhere. */
  #word(): JsonValue {
    const word = /^[\w.+-]{1,400}/.exec(this.text.slice(this.#at, this.#at + 400))?.[0] ?? '';
    this.#at += word.length;
    if (Object.hasOwn(words, word)) return words[word] ?? null;
    if (!/^-?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i.test(word)) throw new NoLiteral();
    const number = Number(word);
    return Number.isFinite(number) && (!/^-?\d+$/.test(word) || Number.isSafeInteger(number)) ? number : word;
  }
}

/** The value of text that is a Python dict, list or tuple as `repr` writes it; undefined where it is none. Nothing is run. */
export function parsePythonLiteral(text: string): JsonValue | undefined {
  if (!/^\s*[[({]/.test(text)) return undefined;
  try {
    return new LiteralReader(text).whole();
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}
