import { standsIn } from './corpus.js';
import { type Instance, slotOf } from './flows.js';
import { type MadeText, make, type Part } from './made.js';
import { type Piece, pieceIn, piecesFor, simplicity, type Target } from './parts.js';

const minDistinct = 2;
const minGroups = 3;
const maxTextChars = 400;

interface Seen {
  readonly instance: Instance;
  readonly wanted: string;
}

/** Whether a piece stands in the text of every occurrence; what is always the same is of the fixed words. */
function isPart({ part }: Piece, all: readonly Seen[], target: Target): boolean {
  const values = new Set<string>();
  const stands = all.every(({ instance, wanted }) => {
    const value = pieceIn(target, instance, part);
    if (typeof value !== 'number' && (typeof value !== 'string' || value === '')) return false;
    values.add(String(value));
    return standsIn(wanted, String(value));
  });
  return stands && values.size >= minDistinct;
}

/** Puts pieces in place of what they are in a text, the longest first; what is left between is fixed. */
function cut(text: string, pieces: readonly Piece[]): Part[] {
  const [piece, ...rest] = pieces;
  if (!piece) return text === '' ? [] : [{ kind: 'const', value: text }];
  const value = String(piece.value);
  return text.split(value).flatMap((between, at) => [...(at === 0 ? [] : [piece.part]), ...cut(between, rest)]);
}

function madeAs(made: MadeText, { instance, wanted }: Seen, target: Target): boolean {
  const value = make(made, (part) => (part.kind === 'const' ? part.value : pieceIn(target, instance, part)));
  return value === wanted;
}

/** The text that an argument is put together to in all occurrences, of fixed words and what was at hand. */
export function putText(instances: readonly Instance[], target: Target): MadeText | null {
  const all = instances.flatMap((instance): Seen[] => {
    const wanted = slotOf(instance, target)?.value;
    return typeof wanted === 'string' && wanted.length <= maxTextChars ? [{ instance, wanted }] : [];
  });
  const [first] = all;
  if (!first || all.length < instances.length) return null;
  const groups = new Set(instances.map(({ linked }) => linked.run.group)).size;
  if (new Set(all.map((one) => one.wanted)).size < minDistinct || groups < minGroups) return null;
  const pieces = piecesFor(target, first.instance)
    .filter((one) => isPart(one, all, target))
    .sort((a, b) => String(b.value).length - String(a.value).length || simplicity(a.part) - simplicity(b.part));
  const parts = cut(first.wanted, pieces);
  const made: MadeText = { kind: 'text', parts };
  return parts.length > 1 && all.every((one) => madeAs(made, one, target)) ? made : null;
}
