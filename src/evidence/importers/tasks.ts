/** A pause after which a finished task is over, if what comes then asks for something new. */
const longPauseMs = 4 * 60 * 60 * 1000;

/** How a message starts that goes on with what was being done. */
const goesOn =
  /^(?:please\s+|ok(?:ay)?[,.!\s]+|hey[,.!\s]+|hi[,.!\s]+|hello[,.!\s]+|good morning[,.!\s]+|so[,\s]+)*(?:continue|weiter|mach weiter|continua|contin[uú]a|sigue|go on|go ahead|proceed|carry on|keep (?:going|at)|resume|pick up|back to|finish|try (?:it |that |this )?again|retry|again|still|and|but|also|yes|yep|no|nope|that|this|these|those|it|its|it's|thanks|thank you|great|perfect|why|where (?:were|are) we|what about|how about|what (?:is|was|did)|did|do you|have you|can you (?:also|now|still)|now|next|then|same|revert|undo|instead|actually|wait|sorry|as (?:i|we|you)|(?:the|my|your) (?:last|previous|earlier|above))\b/i;

const minWords = 4;

/** Whether a message asks for something by itself, without leaning on what was said before. */
export function asksAnew(text: string): boolean {
  const said = text.trim();
  return !goesOn.test(said) && (said.match(/[\p{L}\p{N}]+/gu) ?? []).length >= minWords;
}

/**
 * Cuts a session into tasks, by what its log shows of where one ends:
 * - the person cleared the conversation, or began another one in the same log;
 * - the agent had answered, nothing was said for four hours, and then the person asks for something new.
 * Everything else (compaction, short pauses, a message that goes on with what was being done) stays in the task.
 */
export class TaskCuts<S> {
  /** What the task started with; null for the first one of the log. */
  start: S | null = null;
  #asked = false;
  #answered = false;
  #lastAt: number | null = null;

  /** The conversation ends here, for the log says so. */
  cut(start: S): void {
    if (!this.#asked) return;
    this.start = start;
    this.#asked = false;
    this.#answered = false;
  }

  /** A person's message, before it is counted to a task. */
  request(start: S, text: string, timestamp: string | null): void {
    const at = timestamp === null ? null : Date.parse(timestamp);
    const pause = at === null || this.#lastAt === null ? 0 : at - this.#lastAt;
    if (this.#answered && pause >= longPauseMs && asksAnew(text)) this.cut(start);
    this.#asked = true;
    this.#answered = false;
    this.#seen(at);
  }

  /** What the agent said or did. @param answers whether it was words alone, which may have ended the task */
  work(answers: boolean, timestamp: string | null): void {
    this.#answered = this.#asked && answers;
    this.#seen(timestamp === null ? null : Date.parse(timestamp));
  }

  #seen(at: number | null): void {
    if (at !== null && (this.#lastAt === null || at > this.#lastAt)) this.#lastAt = at;
  }
}
