import { describe, expect, test } from 'vitest';
import { states } from '../../../src/library/model.js';
import { actors, mayMove, step } from '../../../src/library/states.js';

/** Written out once more, so that a change of the table is a decision. */
const allowed = new Set([
  'candidate staged gate',
  'staged active thresholds',
  'staged active person',
  'active staged successor',
  'staged deprecated gate',
  'staged deprecated person',
  'staged deprecated client',
  'active deprecated gate',
  'active deprecated person',
  'active deprecated client',
  'deprecated staged gate',
  'deprecated staged person',
  'deprecated active person',
]);

const all = states.flatMap((from) => states.flatMap((to) => actors.map((by) => [from, to, by] as const)));

describe('the states of a version', () => {
  test.each(all)('from %s to %s by %s', (from, to, by) => {
    const isAllowed = allowed.has(`${from} ${to} ${by}`);
    expect(mayMove(from, to, by)).toBe(isAllowed);
    const take = () => step({ version: 2, state: from }, to, by);
    if (isAllowed) expect(take()).toEqual({ version: 2, from, to });
    else expect(take).toThrow(`Nothing leads from ${from} to ${to} by ${by}.`);
  });

  test('a client raises nothing, and nothing becomes a candidate again', () => {
    const rank = ['deprecated', 'candidate', 'staged', 'active'];
    for (const [from, to, by] of all.filter((one) => mayMove(...one))) {
      if (by === 'client') expect(rank.indexOf(to)).toBeLessThan(rank.indexOf(from));
      expect(to).not.toBe('candidate');
    }
  });
});
