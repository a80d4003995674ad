import {
  between,
  nonNegative,
  permutation,
  positive,
  type Relation,
  sameLength,
  sorted,
  subset,
  unique,
} from './relations.js';

/** A declared property that can be checked. `output` and `input` are names; '' is the whole, or the only one. */
export type Property =
  | { readonly kind: 'relation'; readonly output: string; readonly input: string; readonly holds: Relation }
  | { readonly kind: 'any_order'; readonly input: string }
  | { readonly kind: 'idempotent'; readonly input: string; readonly output: string }
  /** Checked by another stage for every candidate. */
  | { readonly kind: 'elsewhere'; readonly stage: string };

const name = '([a-z_][\\w.]*)';
const number = '(-?\\d+(?:\\.\\d+)?)';

function relation(holds: Relation): (found: RegExpMatchArray) => Property {
  return (found) => ({ kind: 'relation', output: found[1] ?? '', input: found[2] ?? '', holds });
}

interface Phrase {
  readonly pattern: RegExp;
  read(found: RegExpMatchArray): Property;
}

/** Anchored and without nested repetition: a spec is not trusted. */
function phrase(pattern: string, read: Phrase['read']): Phrase {
  return { pattern: new RegExp(`^${pattern}$`, 'i'), read };
}

const phrases: readonly Phrase[] = [
  phrase('(?:is )?deterministic', () => ({ kind: 'elsewhere', stage: 'determinism' })),
  phrase('(?:the )?input is (?:not changed|unchanged)', () => ({ kind: 'elsewhere', stage: 'contract' })),
  phrase(`(?:the )?order of ${name} does not matter`, (found) => ({ kind: 'any_order', input: found[1] ?? '' })),
  phrase('idempotent', () => ({ kind: 'idempotent', input: '', output: '' })),
  phrase(`idempotent in ${name} through ${name}`, (found) => ({
    kind: 'idempotent',
    input: found[1] ?? '',
    output: found[2] ?? '',
  })),
  phrase('(?:the )?length is preserved', relation(sameLength)),
  phrase(`${name} is a permutation of ${name}`, relation(permutation)),
  phrase(`${name} is a subset of ${name}`, relation(subset)),
  phrase(`${name} has the length of ${name}`, relation(sameLength)),
  phrase(`${name} is (?:non-negative|not negative|never negative)`, relation(nonNegative)),
  phrase(`${name} is positive`, relation(positive)),
  phrase(`${name} is sorted(?: ascending)?`, relation(sorted(1))),
  phrase(`${name} is sorted descending`, relation(sorted(-1))),
  phrase(`${name} has no duplicates`, relation(unique)),
  phrase(`${name} is between ${number} and ${number}`, (found) => ({
    kind: 'relation',
    output: found[1] ?? '',
    input: '',
    holds: between(Number(found[2]), Number(found[3])),
  })),
];

/** What a declared property means; undefined where it is none of the phrases that can be checked. */
export function readProperty(text: string): Property | undefined {
  const plain = text.slice(0, 1_000).replace(/[`'"]/g, '').replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 200);
  for (const { pattern, read } of phrases) {
    const found = plain.match(pattern);
    if (found) return read(found);
  }
  return undefined;
}
