import type { RunTrace } from '../evidence/model.js';

import { recordedCalls } from '../evidence/trace.js';
import { isDenial, meaningOf } from './claim-words.js';
import { isScratchTool } from './steps.js';

/** One thing that a run shows: a sentence of the agent, or a call with what came of it. */
export interface Statement {
  /** the record that shows it */
  readonly evidenceId: string;
  /** the record of the call, where it is an answer that shows it */
  readonly callId: string | null;
  readonly text: string;
  readonly clauses: readonly Clause[];
}

interface Clause {
  readonly meaning: ReadonlySet<string>;
  readonly denies: boolean;
}

/** An error tells in its beginning what was refused. */
const maxError = 300;
const clauseEnds = /[,;:()]|\b(?:but|so|because|since|although|though|however|if|unless|which)\b/i;

const clauseOf = (text: string): Clause => ({ meaning: meaningOf(text), denies: isDenial(text) });

/** What the agent said, a sentence at a time; questions state nothing. */
function spoken(trace: RunTrace): Statement[] {
  return trace.records
    .filter((record) => record.role === 'assistant' && record.text !== null)
    .flatMap((record) =>
      (record.text ?? '')
        .split(/(?<=[.!?])\s+|\n+/)
        .filter((sentence) => !/\?["')\]]*\s*$/.test(sentence))
        .map((sentence) => ({
          evidenceId: record.evidence_id,
          callId: null,
          text: sentence.trim(),
          clauses: sentence.split(clauseEnds).map(clauseOf),
        })),
    );
}

/** What was called with what, and the error where it failed: then it denies. A call without an answer shows nothing. */
function called(trace: RunTrace): Statement[] {
  return recordedCalls(trace).flatMap((call) => {
    const { resultEvidenceId: id, callEvidenceId: callId, error, failed } = call;
    if (id === null || isScratchTool(call.tool)) return [];
    const came = failed ? `failed: ${(error ?? '').slice(0, maxError)}` : 'ok';
    const text = `${call.tool} ${came} ${JSON.stringify(call.args ?? {})}`;
    return [{ evidenceId: id, callId, text, clauses: [{ meaning: meaningOf(text), denies: failed }] }];
  });
}

/** Everything that a run shows. Words of users and system prompts are no evidence: they ask and tell, they do not show. */
export function statementsOf(trace: RunTrace): Statement[] {
  return [...spoken(trace), ...called(trace)];
}

/** Of more than this many words of a claim a part is enough. */
const allOf = 4;
const share = 0.7;
const fewestWords = 2;

/**
 * The words that a claim is looked for by; null where they are too few to tell it from others.
 * @param title what the document is about: its words stand in no statement that is about the same
 */
export function wordsOfClaim(text: string, title: string): ReadonlySet<string> | null {
  const all = meaningOf(text);
  const about = meaningOf(title);
  const own = new Set([...all].filter((word) => !about.has(word)));
  const words = own.size >= fewestWords ? own : all;
  return words.size >= fewestWords ? words : null;
}

/**
 * Whether a statement affirms or denies what a claim speaks of; null where it speaks of something else: it must hold
 * enough of the claim's words, and all of its numbers. Of its clauses those count that bring such a word, the richest
 * first, so that what is denied in passing denies nothing.
 */
export function stanceOf(statement: Statement, words: ReadonlySet<string>): 'affirms' | 'denies' | null {
  const brought = statement.clauses.map((clause) => ({
    clause,
    words: [...words].filter((word) => clause.meaning.has(word)),
  }));
  const found = new Set<string>();
  let denies = false;
  for (const one of brought.sort((a, b) => b.words.length - a.words.length)) {
    if (one.words.every((word) => found.has(word))) continue;
    for (const word of one.words) found.add(word);
    if (one.clause.denies) denies = !denies;
  }
  const needed = words.size <= allOf ? words.size : Math.ceil(words.size * share);
  const lacksNumber = [...words].some((word) => /^\d/.test(word) && !found.has(word));
  if (found.size < needed || lacksNumber) return null;
  return denies ? 'denies' : 'affirms';
}
