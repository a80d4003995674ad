import type { EvidenceRecord, Run, RunTrace } from './model.js';

const maxText = 2_000;
/** Bytes, about, that are held of one file at most; what comes after is not looked at for needs. */
const maxHeld = 32 * 1024 * 1024;
const recordBytes = 1_000;

/** Four characters are about a token; few logs count tokens, and none of them count those of a single result. */
export function tokensOfText(text: string): number {
  return Math.ceil(text.length / 4);
}

const jsonLength = (value: unknown): string => JSON.stringify(value) ?? '';

/** About as many tokens as the arguments of a call have. */
export function tokensOfCall(call: EvidenceRecord['tool_calls'][number]): number {
  return tokensOfText(call.name) + tokensOfText(call.raw_arguments ?? jsonLength(call.arguments ?? {}));
}

/** About as many tokens as a result has. */
export function tokensOfResult(record: EvidenceRecord): number {
  const content = record.tool_result?.content ?? null;
  return tokensOfText(record.text ?? (typeof content === 'string' ? content : jsonLength(content)));
}

/** About as many tokens as a record adds to a conversation. */
export function tokensOfRecord(record: EvidenceRecord): number {
  const said = record.tool_result ? tokensOfResult(record) : tokensOfText(record.text ?? '');
  return record.tool_calls.reduce((sum, call) => sum + tokensOfCall(call), said);
}

/** A record with long texts cut and without what a tool answered: enough to read needs off. */
function noted(record: EvidenceRecord): EvidenceRecord {
  const result = record.tool_result;
  return {
    ...record,
    text: result ? null : (record.text?.slice(0, maxText) ?? null),
    tool_calls: record.tool_calls.map((call) =>
      jsonLength(call.arguments).length > maxText ? { ...call, arguments: {}, raw_arguments: null } : call,
    ),
    tool_result: result && { ...result, content: null },
  };
}

/** Holds the runs of one file while it is read, in little memory, for their needs. */
export class RunNotes {
  readonly #traces = new Map<string, { run: Run; records: EvidenceRecord[] }>();
  readonly #tokens = new Map<string, number>();
  #held = 0;
  /** records that were not looked at */
  left = 0;

  see(run: Run, records: readonly EvidenceRecord[]): void {
    for (const record of records) {
      if (record.is_abandoned || record.kind === 'outcome') continue;
      if (this.#held > maxHeld) {
        this.left += 1;
        continue;
      }
      const trace = this.#traces.get(run.run_id) ?? { run, records: [] };
      this.#traces.set(run.run_id, trace);
      const note = noted(record);
      trace.records.push(note);
      this.#tokens.set(note.evidence_id, tokensOfRecord(record));
      this.#held += recordBytes + (note.text?.length ?? 0) + jsonLength(note.tool_calls).length;
    }
  }

  /** Hands out what was held and forgets it. */
  *take(): Generator<{ trace: RunTrace; tokensOf(record: EvidenceRecord): number }> {
    const tokensOf = ({ evidence_id }: EvidenceRecord): number => this.#tokens.get(evidence_id) ?? 0;
    for (const trace of this.#traces.values()) yield { trace, tokensOf };
    this.#traces.clear();
    this.#tokens.clear();
    this.#held = 0;
  }
}
