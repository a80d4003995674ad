import type { Finding } from './redact-rules.js';

interface Known {
  readonly secret: string;
  readonly placeholder: string;
  readonly kind: string;
}

const headLength = 4;
const wordChar = /[A-Za-z0-9]/;
/** Numbers: the same digits within a longer number are something else. */
const standsAlone: ReadonlySet<string> = new Set(['PHONE', 'CARD', 'IBAN']);

/** What was found in a run so far, with the placeholder of each. Never stored. */
export class RedactionMemory {
  readonly #known = new Map<string, Known>();
  readonly #ordinals = new Map<string, number>();
  /** By the first characters: how long those are that begin so, the longest first. A log may hold thousands that begin alike. */
  readonly #lengths = new Map<string, number[]>();
  /** Units with which something known begins, by their lowest byte: at most others nothing has to be looked up. */
  readonly #firsts = new Uint8Array(256);
  /** Shorter than a head: only patterns of the operator find such. */
  #short: Known[] = [];

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  has(secret: string): boolean {
    return this.#known.has(secret);
  }

  /** Gives a secret that is new the next placeholder of its kind. */
  learn(secret: string, kind: string): void {
    if (this.#known.has(secret) || secret === '') return;
    const ordinal = (this.#ordinals.get(kind) ?? 0) + 1;
    this.#ordinals.set(kind, ordinal);
    this.#add({ secret, placeholder: `[${kind}_${ordinal}]`, kind });
  }

  #add(known: Known): void {
    this.#known.set(known.secret, known);
    this.#firsts[known.secret.charCodeAt(0) & 255] = 1;
    if (known.secret.length < headLength) {
      this.#short = [...this.#short, known].sort((a, b) => b.secret.length - a.secret.length);
      return;
    }
    const head = known.secret.slice(0, headLength);
    const lengths = this.#lengths.get(head) ?? [];
    if (lengths.includes(known.secret.length)) return;
    this.#lengths.set(
      head,
      [...lengths, known.secret.length].sort((a, b) => b - a),
    );
  }

  copy(): RedactionMemory {
    const copy = new RedactionMemory();
    for (const known of this.#known.values()) copy.#add(known);
    for (const [kind, ordinal] of this.#ordinals) copy.#ordinals.set(kind, ordinal);
    return copy;
  }

  placeholderOf(secret: string): Known | undefined {
    return this.#known.get(secret);
  }

  /** Replaces from left to right, the longest first. What was found in this very text is replaced wherever it stands. */
  replace(text: string, found: readonly Finding[], count: (kind: string) => void): string {
    if (this.isEmpty) return text;
    const foundAt = new Set(found.map((finding) => finding.start));
    let changed = '';
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      if (this.#firsts[text.charCodeAt(at) & 255] === 0) continue;
      const known = this.#at(text, at, foundAt);
      if (!known) continue;
      changed += text.slice(from, at) + known.placeholder;
      count(known.kind);
      from = at + known.secret.length;
      at = from - 1;
    }
    return from === 0 ? text : changed + text.slice(from);
  }

  #at(text: string, at: number, foundAt: ReadonlySet<number>): Known | undefined {
    for (const length of this.#lengths.get(text.slice(at, at + headLength)) ?? []) {
      const known = this.#known.get(text.slice(at, at + length));
      if (known && this.#counts(known, text, at, foundAt)) return known;
    }
    return this.#short.find((known) => text.startsWith(known.secret, at) && this.#counts(known, text, at, foundAt));
  }

  #counts(known: Known, text: string, at: number, foundAt: ReadonlySet<number>): boolean {
    if (!standsAlone.has(known.kind) || foundAt.has(at)) return true;
    return !wordChar.test(text.charAt(at - 1)) && !wordChar.test(text.charAt(at + known.secret.length));
  }
}
