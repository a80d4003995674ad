import { standsIn } from './corpus.js';
import type { Instance } from './flows.js';
import { type MadeText, make, type Part } from './made.js';
import { type Piece, piecesFor, simplicity, type Target } from './parts.js';
import type { Program } from './program.js';

const minDistinct = 2;
const minGroups = 3;
const maxTextChars = 400;

interface Seen {
  readonly group: string;
  readonly wanted: string;
  readonly pieces: ReadonlyMap<string, Piece>;
}

/** Whether a piece stands in the text of every occurrence; what is always the same is of the fixed words. */
function isPart(id: string, all: readonly Seen[]): boolean {
  const values = all.flatMap(({ wanted, pieces }) => {
    const value = pieces.get(id)?.value;
    const isScalar = typeof value === 'number' || (typeof value === 'string' && value !== '');
    return isScalar && standsIn(wanted, String(value)) ? [String(value)] : [];
  });
  return values.length === all.length && new Set(values).size >= minDistinct;
}

/** Puts pieces in place of what they are in a text, the longest first; what is left between is fixed. */
function cut(text: string, pieces: readonly Piece[]): Part[] {
  const [piece, ...rest] = pieces;
  if (!piece) return text === '' ? [] : [{ kind: 'const', value: text }];
  const value = String(piece.value);
  return text.split(value).flatMap((between, at) => [...(at === 0 ? [] : [piece.part]), ...cut(between, rest)]);
}

function madeAs(made: MadeText, { wanted, pieces }: Seen): boolean {
  const value = make(made, (part) => (part.kind === 'const' ? part.value : pieces.get(JSON.stringify(part))?.value));
  return value === wanted;
}

/** The text that an argument is put together to in all occurrences, of fixed words and what was at hand. */
export function putText(program: Program, instances: readonly Instance[], target: Target): MadeText | null {
  const all = instances.flatMap((instance): Seen[] => {
    const wanted = instance.calls[target.step]?.[0]?.slots.find((one) => one.name === target.slot)?.value;
    if (typeof wanted !== 'string' || wanted.length > maxTextChars) return [];
    return [{ group: instance.linked.run.group, wanted, pieces: piecesFor(program, instance, target) }];
  });
  const [first] = all;
  if (!first || all.length < instances.length) return null;
  if (new Set(all.map((one) => one.wanted)).size < minDistinct || new Set(all.map((one) => one.group)).size < minGroups)
    return null;
  const pieces = [...first.pieces]
    .filter(([id]) => isPart(id, all))
    .map(([, piece]) => piece)
    .sort((a, b) => String(b.value).length - String(a.value).length || simplicity(a.part) - simplicity(b.part));
  const parts = cut(first.wanted, pieces);
  const made: MadeText = { kind: 'text', parts };
  return parts.length > 1 && all.every((one) => madeAs(made, one)) ? made : null;
}
