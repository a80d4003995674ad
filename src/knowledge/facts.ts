import { type Fact, type Ground, maxGrounds } from './model.js';

/** Counts statements and remembers where each was made. */
export interface FactTally {
  add(text: string, ...sources: Ground[]): void;
  /** Most often seen first, then by text; only what was seen at least `atLeast` times. */
  facts(limit: number, atLeast?: number): Fact[];
}

const maxText = 300;

/** On one line, for it stands in lists. */
export function shortText(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > maxText ? `${line.slice(0, maxText - 3)}...` : line;
}

export function createTally(): FactTally {
  const seen = new Map<string, { count: number; sources: Ground[] }>();
  return {
    add(text, ...sources) {
      const key = shortText(text);
      const known = seen.get(key) ?? { count: 0, sources: [] };
      known.count += 1;
      for (const source of sources) if (known.sources.length < maxGrounds) known.sources.push(source);
      if (key !== '' && known.sources.length > 0) seen.set(key, known);
    },
    facts(limit, atLeast = 1) {
      return [...seen]
        .filter(([, { count }]) => count >= atLeast)
        .sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
        .slice(0, limit)
        .map(([text, { count, sources }]) => ({ text, count, sources }));
    },
  };
}

/** A statement that one record makes. */
export function factOf(text: string, source: Ground): Fact {
  return { text: shortText(text) || '-', count: 1, sources: [source] };
}
