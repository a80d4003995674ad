import { applyEdits, type Edit, type Guard, type Mutation, type PossibleFaults } from './edits.js';

/** A candidate with one small fault, and what the fault is. */
export interface Mutant {
  readonly line: number;
  readonly operator: string;
  /** What stands there and what stands there instead, for the author. */
  readonly description: string;
  readonly code: string;
}

export interface Mutants {
  /** How many there are, before some were chosen. */
  readonly total: number;
  readonly chosen: readonly Mutant[];
  /** The candidate itself, with the bound on loops that the mutants have. */
  readonly guarded: string;
  /** The candidate with another text that does the same: code that looks at its own text takes it for a mutant. */
  readonly control: string;
}

/** Of a long text, the beginning and the end: what was changed mostly stands at one of them. */
const shownStart = 36;
const shownEnd = 20;
/** What stands where a statement was left out. */
const nothing = new Set(['', ';', 'pass']);

function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= shownStart + shownEnd) return line;
  return `${line.slice(0, shownStart)}...${line.slice(-shownEnd)}`;
}

/** A mutation over a whole loop takes the guards in it along; one over just the body of a loop leaves them. */
function covers(mutation: Mutation, { open, close }: Guard): boolean {
  if (mutation.start > open.start || mutation.end < close.end) return false;
  return mutation.start < open.start || mutation.end > close.end;
}

function withGuards(code: string, { guards, head }: PossibleFaults, mutation: Mutation | undefined): string {
  const kept = guards.filter((guard) => mutation === undefined || !covers(mutation, guard));
  const edits: Edit[] = kept.flatMap(({ open, close }) => [open, close]);
  return applyEdits(code, [...(head ? [head] : []), ...edits, ...(mutation ? [mutation] : [])]);
}

/** As many as wanted, at even distances over the whole. */
export function evenly<T>(list: readonly T[], wanted: number): T[] {
  if (list.length <= wanted) return [...list];
  return Array.from({ length: wanted }, (_, at) => list[Math.floor((at * list.length) / wanted)]).filter(
    (item) => item !== undefined,
  );
}

/** Mutants of a candidate, each with one of the faults that can be put into it; at most `wanted`, whatever the language. */
export function mutantsOf(code: string, faults: PossibleFaults, wanted: number): Mutants {
  const chosen = evenly(faults.mutations, wanted).map((mutation): Mutant => {
    const old = shown(code.slice(mutation.start, mutation.end));
    const gone = nothing.has(mutation.text);
    return {
      line: mutation.line,
      operator: mutation.operator,
      description: gone ? `\`${old}\` is left out` : `\`${old}\` becomes \`${shown(mutation.text)}\``,
      code: withGuards(code, faults, mutation),
    };
  });
  const guarded = withGuards(code, faults, undefined);
  const control = faults.neutral?.length ? applyEdits(code, faults.neutral) : guarded;
  return { total: faults.total, chosen, guarded, control };
}
