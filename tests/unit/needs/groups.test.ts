import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupTexts } from '../../../src/needs/groups.js';
import { seededRandom } from '../../../src/needs/random.js';
import { wordsOf } from '../../../src/needs/words.js';

function jaccard(a: string, b: string): number {
  const [x, y] = [new Set(wordsOf(a)), new Set(wordsOf(b))];
  const shared = [...x].filter((word) => y.has(word)).length;
  return x.size + y.size === shared ? 1 : shared / (x.size + y.size - shared);
}

/** Groups of texts that are joined by chains of pairs at or above the threshold, by comparing all pairs. */
function bruteForce(texts: readonly string[]): number[] {
  let groups = texts.map((_, index) => index);
  texts.forEach((a, i) => {
    texts.slice(0, i).forEach((b, j) => {
      if (jaccard(a, b) < 0.7) return;
      const [from, to] = [groups[i], groups[j] ?? 0];
      groups = groups.map((group) => (group === from ? to : group));
    });
  });
  return groups;
}

const word = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split('').map((letter) => letter.repeat(3)));
const text = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));

describe('grouping near-duplicates', () => {
  it('never joins what no chain of near pairs joins', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
        const exact = bruteForce(texts);
        const groups = groupTexts(texts);
        groups.forEach((group, i) => {
          const first = groups.indexOf(group);
          expect(exact[i]).toBe(exact[first]);
        });
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('joins texts with the same words, whatever their order, case and punctuation', () => {
    expect([...groupTexts(['Cancel the order!', 'the order, cancel', 'ship it', 'CANCEL THE ORDER'])]).toEqual([
      0, 0, 1, 0,
    ]);
  });

  it('finds nearly all planted near-duplicates of long texts and no other pairs', () => {
    const random = seededRandom(3);
    const vocabulary = Array.from({ length: 3000 }, (_, index) => `word${index}`);
    const pick = (): string => vocabulary[Math.floor(random() * vocabulary.length)] ?? '';
    const texts: string[] = [];
    for (let pair = 0; pair < 1000; pair += 1) {
      const words = Array.from({ length: 28 }, pick);
      texts.push(words.join(' '));
      texts.push(words.map((one, index) => (index === pair % 28 ? pick() : one)).join(' '));
    }
    const groups = groupTexts(texts);
    const joined = Array.from({ length: 1000 }, (_, pair) => groups[2 * pair] === groups[2 * pair + 1]);
    expect(joined.filter(Boolean).length).toBeGreaterThanOrEqual(985);
    expect(new Set(groups).size).toBe(2000 - joined.filter(Boolean).length);
  });

  it('does not let a long chain of small differences join its ends', () => {
    const words = Array.from({ length: 400 }, (_, index) => `w${index}`);
    const chain = Array.from({ length: 380 }, (_, start) => words.slice(start, start + 20).join(' '));
    const groups = groupTexts(chain);
    expect(groups[0]).toBe(groups[1]);
    expect(groups[0]).not.toBe(groups[379]);
  });

  it('numbers groups by first appearance, and copes with nothing', () => {
    expect([...groupTexts(['a', 'b', 'a', 'c'])]).toEqual([0, 1, 0, 2]);
    expect([...groupTexts([])]).toEqual([]);
  });
});
