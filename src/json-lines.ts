/** A fault in JSON text, with the line that it stands in. */
export interface JsonFault {
  readonly line: number;
  readonly problem: string;
}

const maxDepth = 64;
const space = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in a string
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const plain = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class Fault extends Error {
  constructor(
    readonly at: number,
    readonly problem: string,
  ) {
    super(problem);
  }
}

/** Walks JSON text and notes where each value begins, by its path. */
class Walk {
  readonly places = new Map<string, number>();
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): void {
    this.value([], 0);
    this.skip();
    if (this.at < this.text.length) throw new Fault(this.at, 'something follows the end of the JSON');
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private skip(): void {
    this.take(space);
  }

  private next(char: string): boolean {
    this.skip();
    if (this.text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  private expect(char: string, where: string): void {
    if (!this.next(char)) throw new Fault(this.at, `${where} a "${char}" is missing`);
  }

  private value(path: readonly (string | number)[], depth: number): void {
    this.skip();
    this.places.set(JSON.stringify(path), this.at);
    if (depth > maxDepth) throw new Fault(this.at, `it is nested deeper than ${maxDepth}`);
    if (this.next('{')) this.members(path, depth);
    else if (this.next('[')) this.elements(path, depth);
    else if ((this.take(string) ?? this.take(plain)) === undefined)
      throw new Fault(this.at, 'a value is missing or is none');
  }

  private members(path: readonly (string | number)[], depth: number): void {
    if (this.next('}')) return;
    const seen = new Set<string>();
    do {
      this.skip();
      const start = this.at;
      const key = this.take(string);
      if (key === undefined) throw new Fault(this.at, 'a key in double quotes is missing');
      const name = String(JSON.parse(key));
      if (seen.has(name)) throw new Fault(start, `the key ${key} stands twice in one object`);
      seen.add(name);
      this.expect(':', 'after a key');
      this.value([...path, name], depth + 1);
      this.places.set(JSON.stringify([...path, name]), start);
    } while (this.next(','));
    this.expect('}', 'after a member');
  }

  private elements(path: readonly (string | number)[], depth: number): void {
    if (this.next(']')) return;
    let index = 0;
    do {
      this.value([...path, index], depth + 1);
      index += 1;
    } while (this.next(','));
    this.expect(']', 'after an element');
  }
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** JSON that a person wrote: its value, and the 1-based line of what stands at a path; or its first fault. */
export function parseWithLines(
  text: string,
): { readonly value: unknown; lineOf(path: readonly PropertyKey[]): number } | { readonly fault: JsonFault } {
  const walk = new Walk(text);
  try {
    walk.whole();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const end = error.at >= text.trimEnd().length ? 'the file ends too early: ' : '';
    return { fault: { line: lineAt(text, error.at), problem: `${end}${error.problem}` } };
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const offset = walk.places.get(JSON.stringify(path.slice(0, length)));
      if (offset !== undefined) return lineAt(text, offset);
    }
    return 1;
  };
  return { value: JSON.parse(text), lineOf };
}
