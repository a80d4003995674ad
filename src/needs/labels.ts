import { isContentWord } from './talk.js';
import { identifierWords, wordsOf } from './words.js';

/** What need texts put in place of values. */
const valueWords = new Set('amount date email id number path time url user name'.split(' '));

/** What a label is made of: the texts of a cluster's groups and how many of its acts use each tool. */
export interface Described {
  readonly texts: readonly string[];
  readonly acts: number;
  readonly toolUse: ReadonlyMap<string, number>;
}

const maxTerms = 3;
/** Share of a cluster's acts below which a tool does not name it. */
const minToolShare = 0.25;

function isTerm(word: string): boolean {
  return word.length > 2 && !/\d/.test(word) && !valueWords.has(word) && isContentWord(word);
}

/** In how many texts each term stands. */
function termCounts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of new Set(wordsOf(text))) if (isTerm(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function total(maps: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const map of maps) for (const [key, count] of map) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}

function byScore(scores: readonly (readonly [string, number])[]): string[] {
  return scores
    .filter(([, score]) => score > 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([key]) => key);
}

/** Terms by share here times the logarithm of how much more common they are here than in the whole (after c-TF-IDF). */
function distinguishing(
  here: ReadonlyMap<string, number>,
  size: number,
  whole: { counts: ReadonlyMap<string, number>; size: number },
): string[] {
  return byScore(
    [...here].map(([term, count]) => {
      const share = count / size;
      const overall = (whole.counts.get(term) ?? 0) / whole.size;
      // A term of one text among others says nothing about them.
      return [term, count < 2 && size > 1 ? 0 : share * Math.log(share / overall)];
    }),
  );
}

/** Tools of a cluster's acts, most used first; at most five. */
export function toolsOf({ toolUse }: Described): string[] {
  return byScore([...toolUse]).slice(0, 5);
}

/**
 * A name for each cluster, told apart from the others: the tool that sets it apart, and the terms that do.
 * `cancel reservation: refund, insurance, sick`. No two are the same. Where there is only one, its tools or terms name it.
 */
export function labelsOf(clusters: readonly Described[]): string[] {
  const terms = clusters.map((cluster) => termCounts(cluster.texts));
  const allTerms = { counts: total(terms), size: clusters.reduce((sum, one) => sum + one.texts.length, 0) };
  const allTools = {
    counts: total(clusters.map((one) => one.toolUse)),
    size: clusters.reduce((sum, one) => sum + one.acts, 0),
  };
  const [only] = clusters;
  if (only && clusters.length === 1) return [labelOfOnly(only)];
  const taken = new Set<string>();
  return clusters.map((cluster, index) => {
    const tool = distinguishing(cluster.toolUse, cluster.acts, allTools).find(
      (name) => (cluster.toolUse.get(name) ?? 0) / cluster.acts >= minToolShare,
    );
    const toolName = tool === undefined ? '' : identifierWords(tool);
    const spent = new Set(toolName.split(' '));
    const ranked = distinguishing(terms[index] ?? new Map(), cluster.texts.length, allTerms).filter(
      (term) => !spent.has(term),
    );
    const label = firstFree(toolName, ranked, taken);
    taken.add(label);
    return label;
  });
}

function firstFree(toolName: string, terms: readonly string[], taken: ReadonlySet<string>): string {
  const named = (count: number): string => {
    const shown = terms.slice(0, count).join(', ');
    return [toolName, shown].filter((part) => part !== '').join(': ') || 'other';
  };
  for (let count = Math.min(maxTerms, terms.length); count <= terms.length; count += 1) {
    if (!taken.has(named(count))) return named(count);
  }
  for (let copy = 2; ; copy += 1) {
    const label = `${named(maxTerms)} (${copy})`;
    if (!taken.has(label)) return label;
  }
}

/** With nothing to be told apart from, what most of its acts use and say. */
function labelOfOnly(cluster: Described): string {
  const tools = toolsOf(cluster).slice(0, maxTerms).map(identifierWords);
  const terms = byScore([...termCounts(cluster.texts)]).slice(0, maxTerms);
  return (tools.length > 0 ? tools : terms).join(', ') || 'other';
}
