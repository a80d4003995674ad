import { type CorpusCall, type CorpusRun, knownBefore } from './corpus.js';
import { type Destructive, type Occurrence, occurrencesIn } from './match.js';
import type { Program } from './program.js';

/** Share of a tool's arguments that must be prose without a source for the tool to count as one of free text. */
const proseShare = 0.5;

function isProse(run: CorpusRun, call: CorpusCall, value: unknown): boolean {
  return typeof value === 'string' && /\s/.test(value.trim()) && !knownBefore(run, value, call.ordinal);
}

/** Tools whose arguments are mostly prose that has no source (thoughts, sums, hand-over summaries): no skill can make such calls. */
export function freeTextTools(runs: readonly CorpusRun[]): Set<string> {
  const counts = new Map<string, { prose: number; all: number }>();
  for (const run of runs) {
    for (const call of run.calls) {
      const count = counts.get(call.tool) ?? { prose: 0, all: 0 };
      counts.set(call.tool, count);
      count.all += call.slots.length;
      count.prose += call.slots.filter((slot) => isProse(run, call, slot.value)).length;
    }
  }
  return new Set(
    [...counts].filter(([, count]) => count.all > 0 && count.prose >= count.all * proseShare).map(([tool]) => tool),
  );
}

export type CoverageRule = 'strict' | 'loose';

export interface Coverage {
  /** calls that could be covered: of accepted runs, without those of free-text tools; failed ones too */
  readonly calls: number;
  readonly covered: number;
  readonly skillCalls: number;
  /** found by structure, and of these replayed with every call and argument the same */
  readonly occurrences: number;
  readonly exact: number;
  readonly used: readonly { readonly program: Program; readonly occurrence: Occurrence }[];
}

/** What a library covers of a corpus. A call is covered once, by the first skill, in the order of the library, that can be called there. */
export function coverageOf(
  library: readonly Program[],
  runs: readonly CorpusRun[],
  options: { rule: CoverageRule; destructive: Destructive; leftOut: ReadonlySet<string> },
): Coverage {
  const covered = new Set<CorpusCall>();
  const used: { program: Program; occurrence: Occurrence }[] = [];
  let occurrences = 0;
  let exact = 0;
  for (const program of library) {
    for (const run of runs) {
      for (const occurrence of occurrencesIn(program, run, covered, options.destructive)) {
        occurrences += 1;
        if (occurrence.payload !== null) exact += 1;
        if (!occurrence[options.rule]) continue;
        used.push({ program, occurrence });
        for (const call of occurrence.calls) covered.add(call);
      }
    }
  }
  const calls = runs.reduce((sum, run) => sum + run.tools.filter((tool) => !options.leftOut.has(tool)).length, 0);
  const counted = [...covered].filter((call) => !options.leftOut.has(call.tool)).length;
  return { calls, covered: counted, skillCalls: used.length, occurrences, exact, used };
}
