import type { EvidenceRecord, RunTrace } from '../evidence/model.js';
import { type RecordedCall, recordedCalls } from '../evidence/trace.js';
import { asksBack, contentWords, isConfirmation, isCourtesy, isLeaveTaking } from './talk.js';

/** An act while it is read: what was said and done, not yet shortened. */
export interface Draft {
  /** What set it going: the user's words, oldest first, or the agent's own announcement. */
  readonly words: string[];
  announcement: string | null;
  readonly calls: RecordedCall[];
  reply: string | null;
  readonly records: EvidenceRecord[];
}

function draft(words: readonly string[], records: readonly EvidenceRecord[]): Draft {
  return { words: [...words], announcement: null, calls: [], reply: null, records: [...records] };
}

/** Too little to name a step: `Done.`, `Let me see`. */
const minAnnouncement = 2;
const minNeed = 2;

/** Reads the acts of one line of talk (the main one, or one sub-agent's) off its records, in order. */
class Reader {
  readonly acts: Draft[] = [];
  #current: Draft | undefined;
  /** A turn, or several, that no call has answered yet. */
  #waiting: Draft | undefined;
  #announced: { text: string; record: EvidenceRecord } | undefined;

  user(record: EvidenceRecord, text: string): void {
    this.#closeReply();
    this.#settle(false);
    if (isCourtesy(text) || isLeaveTaking(text) || isConfirmation(text)) {
      (this.#waiting ?? this.#current)?.records.push(record);
      return;
    }
    this.#waiting ??= draft([], []);
    this.#waiting.words.push(text);
    this.#waiting.records.push(record);
    this.#waiting.reply = null;
  }

  assistant(record: EvidenceRecord, calls: readonly RecordedCall[]): void {
    const text = record.text?.trim() ?? '';
    if (text !== '') this.#announced = { text, record };
    if (calls.length === 0) return;
    this.#step();
    this.#current?.calls.push(...calls);
    this.#current?.records.push(record);
  }

  result(record: EvidenceRecord): void {
    this.#current?.records.push(record);
  }

  end(): Draft[] {
    this.#closeReply();
    this.#settle(true);
    return this.acts;
  }

  /** Opens the act that a message with calls belongs to, where it is not the one that is open. */
  #step(): void {
    const announced = this.#announced;
    this.#announced = undefined;
    if (this.#waiting) {
      this.#open(draft(this.#waiting.words, this.#waiting.records));
      this.#waiting = undefined;
    } else if (!this.#current) {
      this.#open(draft([], []));
    } else if (announced && this.#current.calls.length > 0 && contentWords(announced.text).length >= minAnnouncement) {
      // The agent goes on by itself and says what comes next: that is a step of its own.
      this.#open(draft([announced.text], []));
    }
    if (!this.#current) return;
    if (announced) {
      this.#current.announcement ??= announced.text;
      this.#current.records.push(announced.record);
    }
  }

  /** What the agent said last was no announcement, for the user speaks next: it is the answer. */
  #closeReply(): void {
    const open = this.#waiting ?? this.#current;
    if (open && this.#announced) {
      open.reply = this.#announced.text;
      open.records.push(this.#announced.record);
    }
    this.#announced = undefined;
  }

  #open(act: Draft): void {
    this.#current = act;
    this.acts.push(act);
  }

  /** A turn that was answered in words alone is an act without calls, unless the answer waits for the user. */
  #settle(atEnd: boolean): void {
    const waiting = this.#waiting;
    if (!waiting || waiting.reply === null) return;
    if (!atEnd && asksBack(waiting.reply)) return;
    if (waiting.words.some((words) => contentWords(words).length >= minNeed)) this.#open(waiting);
    this.#waiting = undefined;
  }
}

/** The acts of a run that was logged as messages, in order of their first record. Side chains are read on their own. */
export function readTurns(trace: RunTrace): Draft[] {
  const callsOf = new Map<string, RecordedCall[]>();
  for (const call of recordedCalls(trace)) {
    callsOf.set(call.callEvidenceId, [...(callsOf.get(call.callEvidenceId) ?? []), call]);
  }
  const acts: Draft[] = [];
  for (const sidechain of [false, true]) {
    const reader = new Reader();
    for (const record of trace.records) {
      if (record.kind !== 'message' || record.is_sidechain !== sidechain) continue;
      if (record.tool_result) reader.result(record);
      else if (record.role === 'user' && record.is_human && record.text?.trim()) reader.user(record, record.text);
      else if (record.role === 'assistant') reader.assistant(record, callsOf.get(record.evidence_id) ?? []);
    }
    acts.push(...reader.end());
  }
  return acts.sort((a, b) => (a.records[0]?.ordinal ?? 0) - (b.records[0]?.ordinal ?? 0));
}
