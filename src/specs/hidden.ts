import { hashOf } from '../hash.js';
import type { SpecTest } from './model.js';

export interface Drawn {
  readonly visible: readonly SpecTest[];
  readonly hidden: readonly SpecTest[];
}

/** Fewer tests than this and none is hidden: the author would be left with too little to work by. */
const fewestToDrawFrom = 3;

/**
 * Draws the hidden third of a spec's tests by a hash with the store's salt: nobody who does not hold the salt can tell
 * which. At least one is drawn where there are three or more, and one that expects `ok` always stays visible.
 */
export function drawHidden(tests: readonly SpecTest[], salt: string): Drawn {
  if (tests.length < fewestToDrawFrom) return { visible: tests, hidden: [] };
  const wanted = Math.max(1, Math.floor(tests.length / 3));
  const ranked = tests
    .map((test, at) => ({ at, rank: hashOf([salt, test, at]) }))
    .sort((left, right) => (left.rank < right.rank ? -1 : 1));
  const lastOk = ranked.findLast(({ at }) => tests[at]?.expected.status === 'ok')?.at;
  const drawn = new Set(
    ranked
      .filter(({ at }) => at !== lastOk)
      .slice(0, wanted)
      .map(({ at }) => at),
  );
  return { visible: tests.filter((_, at) => !drawn.has(at)), hidden: tests.filter((_, at) => drawn.has(at)) };
}
