import { sha256 } from '../hash.js';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];
export type Shares = Readonly<Record<SplitName, number>>;

export const defaultShares: Shares = { train: 0.9, validation: 0.05, test: 0.05 };

/** A number from 0 to 1 that depends on nothing but the group: a task stays in its split when more runs come in. */
function place(group: string): number {
  return Number.parseInt(sha256(`split:${group}`).slice(0, 12), 16) / 16 ** 12;
}

export interface Assignment {
  readonly splits: ReadonlyMap<string, SplitName>;
  /** a group that was moved to train because train would have been empty */
  readonly moved: string | null;
}

/**
 * Assigns whole groups (the runs of one task) to splits by hash, so that no task crosses a split.
 * @param shares relative shares; they are taken in proportion to their sum, which is above 0
 */
export function assignSplits(groups: readonly string[], shares: Shares): Assignment {
  const total = shares.train + shares.validation + shares.test;
  const splits = new Map<string, SplitName>();
  const ordered = [...new Set(groups)].sort((a, b) => place(a) - place(b));
  for (const group of ordered) {
    const at = place(group) * total;
    const split = at < shares.train ? 'train' : at < shares.train + shares.validation ? 'validation' : 'test';
    splits.set(group, split);
  }
  const [first] = ordered;
  const needsTrain = shares.train > 0 && first !== undefined && ![...splits.values()].includes('train');
  if (needsTrain) splits.set(first, 'train');
  return { splits, moved: needsTrain ? first : null };
}
