import { isCourtesyWord } from './talk.js';
import { identifierWords, wordsOf } from './words.js';

/** What a label is made of: the texts of a cluster's groups and how many of its acts use each tool. */
export interface Described {
  readonly texts: readonly string[];
  readonly acts: number;
  readonly toolUse: ReadonlyMap<string, number>;
}

const plainWords = new Set(
  (
    'about after against all among another any as at back be because been before being between both but by came come could did does doing down ' +
    'during each either ever every few first from further had has have having he her hers him his how however if in into it its last like made ' +
    'make many may me might mine more most much must my myself new next nor not now number of off on once one only or other our out over own per ' +
    'provide provided same say she should since so some still such take than that the their them themselves they this those though through to ' +
    'too two under until up upon us use used using was way we were what when where whether which while who whom why will with within without ' +
    "would you your don't can't i'll i've also id date time amount email url path name user then and for are is an"
  ).split(' '),
);

const maxTerms = 3;
/** Share of a cluster's acts below which a tool does not name it. */
const minToolShare = 0.25;

function isTerm(word: string): boolean {
  return word.length > 2 && !/\d/.test(word) && !plainWords.has(word) && !isCourtesyWord(word);
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
      // A term of one text in many says nothing about them.
      return [term, count < 2 && size > 2 ? 0 : share * Math.log(share / overall + 0.5)];
    }),
  );
}

/** Tools of a cluster's acts, most used first; at most five. */
export function toolsOf({ toolUse }: Described): string[] {
  return byScore([...toolUse]).slice(0, 5);
}

/**
 * A name for each cluster, told apart from the others: the tool that sets it apart, and the terms that do.
 * `cancel reservation: refund, insurance, sick`. No two are the same.
 */
export function labelsOf(clusters: readonly Described[]): string[] {
  const terms = clusters.map((cluster) => termCounts(cluster.texts));
  const allTerms = { counts: total(terms), size: clusters.reduce((sum, one) => sum + one.texts.length, 0) };
  const allTools = {
    counts: total(clusters.map((one) => one.toolUse)),
    size: clusters.reduce((sum, one) => sum + one.acts, 0),
  };
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
