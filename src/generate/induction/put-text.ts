import { standsIn } from './corpus.js';
import type { Instance } from './flows.js';
import { type MadeText, make, type Part } from './made.js';
import { type Piece, pieceId, simplicity, type Target, wantedIn } from './parts.js';

const minDistinct = 2;
const minGroups = 3;
const maxTextChars = 400;

interface Seen {
  readonly wanted: string;
  readonly pieces: ReadonlyMap<string, Piece>;
}

/** Whether a piece stands in the text of every occurrence; what is always the same is of the fixed words. */
function isPart(id: string, all: readonly Seen[]): boolean {
  const values = new Set<string>();
  const stands = all.every(({ wanted, pieces }) => {
    const value = pieces.get(id)?.value;
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

function madeAs(made: MadeText, { wanted, pieces }: Seen): boolean {
  const value = make(made, (part) => (part.kind === 'const' ? part.value : pieces.get(pieceId(part))?.value));
  return value === wanted;
}

/** The text that an argument is put together to in all occurrences, of fixed words and what was at hand. */
export function putText(instances: readonly Instance[], target: Target): MadeText | null {
  const texts = instances.flatMap((instance) => {
    const wanted = wantedIn(instance, target);
    if (typeof wanted !== 'string' || wanted.length > maxTextChars) return [];
    return [{ instance, group: instance.linked.run.group, wanted }];
  });
  if (texts.length < instances.length) return null;
  const distinct = new Set(texts.map((one) => one.wanted)).size;
  if (distinct < minDistinct || new Set(texts.map((one) => one.group)).size < minGroups) return null;
  const all = texts.map(({ instance, wanted }): Seen => ({ wanted, pieces: target.pieces(instance) }));
  const [first] = all;
  if (!first) return null;
  const pieces = [...first.pieces.values()]
    .filter((one) => isPart(one.id, all))
    .sort((a, b) => String(b.value).length - String(a.value).length || simplicity(a.part) - simplicity(b.part));
  const parts = cut(first.wanted, pieces);
  const made: MadeText = { kind: 'text', parts };
  return parts.length > 1 && all.every((one) => madeAs(made, one)) ? made : null;
}
