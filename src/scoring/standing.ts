import { oneLine } from '../visible.js';
import type { Override, ScoredRun, ScoreReason, Suggestion } from './model.js';

/** Long enough to read, too short to flood a page. */
const quotedLength = 300;

/** On one line and in quotes, so that what was written is not taken for ours. */
function quote(text: string): string {
  const line = oneLine(text);
  return JSON.stringify(line.length > quotedLength ? `${line.slice(0, quotedLength)}...` : line);
}

function standing(
  score: ScoredRun | undefined,
  word: Override | Suggestion,
  said: { category: ScoredRun['category']; reason: ScoreReason },
): ScoredRun {
  return {
    schema_version: 1,
    run_id: word.run_id,
    category: said.category,
    reasons: [said.reason, ...(score?.reasons ?? [])],
    scorer_version: score?.scorer_version ?? 'none',
    input_hash: score?.input_hash ?? 'none',
    scored_at: word.at,
    via: word.via,
  };
}

/** What stands where a person has spoken: the person's category, with the scorer's reasons kept behind it. */
export function withOverride(score: ScoredRun | undefined, override: Override): ScoredRun {
  const reason: ScoreReason = {
    marker: 'override',
    severity: 'info',
    message: `A person set this to ${override.category}: ${quote(override.reason)}`,
    evidence_id: null,
  };
  return standing(score, override, { category: override.category, reason });
}

/**
 * What stands where only a client has spoken: always `needs_human_review`, whatever the client said and whatever the
 * scorer said. A suggestion can take a run out of what counts as good; it can never put one in.
 */
export function withSuggestion(score: ScoredRun | undefined, suggestion: Suggestion): ScoredRun {
  const scored = score ? `; the scorer says ${score.category}` : '';
  const reason: ScoreReason = {
    marker: 'suggestion',
    severity: 'warn',
    message: `A client suggests ${suggestion.category}${scored}. A person has to decide. It wrote: ${quote(suggestion.reason)}`,
    evidence_id: null,
  };
  return standing(score, suggestion, { category: 'needs_human_review', reason });
}
