import type { NeedObserver, RecurringNeed } from '../evidence/inventory.js';
import type { EvidenceRecord, RunTrace } from '../evidence/model.js';
import { actsOf } from './acts.js';
import { groupTexts } from './groups.js';
import { needText } from './need-text.js';

/** Needs beyond this many are not looked at, so that a long log needs no more memory than a short one. */
const maxNeeds = 200_000;
const shownTools = 5;

interface Seen {
  readonly text: string;
  readonly run: number;
  readonly calls: number;
  readonly tokens: number;
  readonly tools: readonly string[];
}

interface Tally {
  text: string;
  times: number;
  calls: number;
  tokens: number;
  readonly runs: Set<number>;
  readonly tools: Set<string>;
}

/** Reads needs off runs that are not stored, and counts which of them recur, as `mine_needs` would merge them. */
export class NeedTally implements NeedObserver {
  readonly #needs: Seen[] = [];
  readonly #runs = new Map<string, number>();
  isFull = false;

  see(trace: RunTrace, tokensOf: (record: EvidenceRecord) => number): void {
    const tokens = new Map(trace.records.map((record) => [record.evidence_id, tokensOf(record)]));
    const { run_id } = trace.run;
    const run = this.#runs.get(run_id) ?? this.#runs.size;
    this.#runs.set(run_id, run);
    for (const act of actsOf(trace)) {
      if (this.#needs.length >= maxNeeds) {
        this.isFull = true;
        return;
      }
      const text = needText(act);
      if (text === '') continue;
      this.#needs.push({
        text,
        run,
        calls: act.calls.length,
        tokens: act.evidence_ids.reduce((sum, id) => sum + (tokens.get(id) ?? 0), 0),
        tools: [...new Set(act.calls.map((call) => call.tool))],
      });
    }
  }

  /** The needs that recur most, the most frequent first; a group is called by the text that most of its members have. */
  top(count: number): RecurringNeed[] {
    const groups = groupTexts(this.#needs.map((need) => need.text));
    const tallies = new Map<number, Tally>();
    const spellings = new Map<number, Map<string, number>>();
    this.#needs.forEach((need, index) => {
      const group = groups[index] ?? 0;
      const tally = tallies.get(group) ?? {
        text: '',
        times: 0,
        calls: 0,
        tokens: 0,
        runs: new Set(),
        tools: new Set(),
      };
      tallies.set(group, tally);
      tally.times += 1;
      tally.calls += need.calls;
      tally.tokens += need.tokens;
      tally.runs.add(need.run);
      for (const tool of need.tools) tally.tools.add(tool);
      const texts = spellings.get(group) ?? new Map<string, number>();
      spellings.set(group, texts);
      texts.set(need.text, (texts.get(need.text) ?? 0) + 1);
    });
    for (const [group, tally] of tallies) {
      tally.text = [...(spellings.get(group) ?? [])].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0])[0];
    }
    return [...tallies.values()]
      .sort((a, b) => b.times - a.times || b.tokens - a.tokens || (a.text < b.text ? -1 : 1))
      .slice(0, count)
      .map(({ text, times, calls, tokens, runs, tools }) => {
        return { text, times, runs: runs.size, calls, tokens, tools: [...tools].sort().slice(0, shownTools) };
      });
  }
}
