import { hashOf, sha256 } from '../hash.js';
import type { JsonValue } from '../json.js';
import { chainRunIds, contentHash, evidenceId, type Namespace, nativeRunId, spokenIds } from './identity.js';
import type { Draft, LinkFound, ParentDraft, RecordContent, RunDraft } from './importers/importer.js';
import { type EvidenceRecord, evidenceRecordSchema, evidenceSchemaVersion, type Run, type Source } from './model.js';
import type { RedactionPolicy, RunRedactor } from './redact.js';
import type { Findings } from './redact-search.js';
import type { EvidenceStore, RunLink } from './store.js';

/** A draft whose content was read once already, so that a value that is no record never reaches the redactor. */
export interface CheckedDraft {
  readonly draft: Draft;
  readonly content: RecordContent;
}

interface Prepared extends CheckedDraft {
  readonly redactedHash: string;
  readonly contentHash: string;
  /** redacted, as everything that is kept */
  readonly nativeId: string | null;
}

export interface Assembled {
  readonly run: Run;
  readonly records: readonly EvidenceRecord[];
  /** of the program that wrote the log */
  readonly version: string | null;
}

interface NativeRun {
  /** null while nothing was found in the run: a log may hold very many runs, and a redactor takes more memory than all else */
  redactor: RunRedactor | null;
  next: number;
}

export interface AssembleContext {
  readonly policy: RedactionPolicy;
  /** undefined where nothing is stored yet */
  readonly store: EvidenceStore | undefined;
  readonly namespace: Namespace;
  readonly recordedAt: string;
  /** what redaction replaced, by kind */
  readonly redacted: Record<string, number>;
}

/** How many runs without ids of their own are kept in mind, so that the next request of a conversation finds the one before. */
const remembered = 5_000;

function addCounts(into: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [kind, count] of Object.entries(counts)) into[kind] = (into[kind] ?? 0) + count;
}

/** Turns checked drafts into runs and records: redacts, names, and hashes them. One instance serves one import. */
export class Assembler {
  readonly #native = new Map<string, NativeRun>();
  readonly #recent = new Map<string, readonly string[]>();

  constructor(readonly context: AssembleContext) {}

  async assemble(
    run: RunDraft,
    checked: readonly CheckedDraft[],
    findings: Findings,
    source: Source,
  ): Promise<Assembled> {
    const { format } = source;
    const known = run.key.by === 'native' ? this.#nativeRun(hashOf([format, run.key.id])) : undefined;
    const redactor = known?.redactor ?? this.context.policy.runRedactor();
    const countsBefore = { ...redactor.counts };
    const redacted = checked.map((one) => prepare(one, redactor, findings));
    // What stands outside of the records' spans must not number placeholders: verification never sees it.
    const aside = redactor.fork();
    const prepared = redacted.map((one) => redactAround(one, aside, findings));
    const facts = aside.redact({ ...run.facts } as JsonValue, findings) as RunDraft['facts'] & JsonValue;
    const key = aside.redact(run.key.by === 'native' ? run.key.id : run.key.seed, findings);
    const parent = run.parent && { ...run.parent, id: aside.redact(run.parent.id, findings) };
    for (const [kind, count] of Object.entries(redactor.counts)) {
      addCounts(this.context.redacted, { [kind]: count - (countsBefore[kind] ?? 0) });
    }
    addCounts(this.context.redacted, aside.counts);

    let runId: string;
    let place = 0;
    if (known) {
      runId = nativeRunId(format, this.context.namespace, key);
      place = known.next;
      known.next += prepared.length;
      known.redactor = redactor.isEmpty ? null : redactor;
    } else {
      const grows = run.key.by === 'content' && run.key.grows;
      runId = await this.#contentRunId(source, key, prepared, grows);
    }
    const records = prepared.map((one, index) =>
      this.#record(one, source, runId, { place: place + index, session: facts.session_id ?? runId }),
    );
    if (!known) this.#remember(runId, spokenIds(records));
    const made = runOf(runId, facts, source, records);
    const { version } = facts;
    return { run: parent ? { ...made, parent: this.#parentOf(format, parent) } : made, records, version };
  }

  /** What a log says of a run that it does not hold: which run it came of. */
  link({ id, parent }: LinkFound, findings: Findings, format: Source['format']): RunLink {
    const redactor = this.context.policy.runRedactor();
    const clean = (value: JsonValue): JsonValue => redactor.fork().redact(value, findings);
    const run_id = nativeRunId(format, this.context.namespace, clean(id));
    const call = clean(parent.call_id);
    const whole = { ...parent, id: clean(parent.id), call_id: typeof call === 'string' ? call : null };
    return { run_id, parent: this.#parentOf(format, whole) };
  }

  #parentOf(format: Source['format'], { relation, id, call_id }: ParentDraft): RunLink['parent'] {
    return { relation, run_id: nativeRunId(format, this.context.namespace, id), call_id };
  }

  #nativeRun(key: string): NativeRun {
    const known = this.#native.get(key) ?? { redactor: null, next: 0 };
    this.#native.set(key, known);
    return known;
  }

  #remember(runId: string, ids: readonly string[]): void {
    const before = this.#recent.get(runId);
    if (before && before.length >= ids.length) return;
    this.#recent.delete(runId);
    this.#recent.set(runId, ids);
    const oldest = this.#recent.keys().next();
    if (this.#recent.size > remembered && !oldest.done) this.#recent.delete(oldest.value);
  }

  async #spoken(runId: string): Promise<readonly string[] | undefined> {
    const recent = this.#recent.get(runId);
    if (recent) return recent;
    const trace = await this.context.store?.getTrace(runId);
    return trace && spokenIds(trace.records);
  }

  /** The id of the run that these records are a longer or shorter copy of, else the id of the whole chain. */
  async #contentRunId(source: Source, seed: JsonValue, prepared: readonly Prepared[], grows: boolean): Promise<string> {
    const said = grows ? prepared.filter((one) => one.content.kind !== 'outcome') : prepared;
    const chained = said.length > 0 ? said : prepared;
    const hashes = chained.map((one) => one.contentHash);
    const ids = chainRunIds(source.format, this.context.namespace, seed, hashes);
    const whole = ids.at(-1) ?? '';
    if (!grows) return whole;
    const firstUser = said.findIndex((one) => one.content.role === 'user');
    // The longest copy that was seen before names the run, so that doing an import again finds what it found before.
    const candidates = ids.slice(Math.max(0, firstUser)).reverse();
    const known = new Set(await this.context.store?.runsAmong(candidates));
    for (const runId of candidates) {
      if (!known.has(runId) && !this.#recent.has(runId)) continue;
      const stored = await this.#spoken(runId);
      const agrees = stored?.every((id, place) => {
        const mine = chained[place];
        return mine === undefined || this.#id(mine, source, runId, place) === id;
      });
      if (agrees) return runId;
    }
    return whole;
  }

  #id(one: Prepared, source: Source, runId: string, place: number): string {
    const { nativeId } = one;
    const { namespace } = this.context;
    return evidenceId({ format: source.format, namespace, nativeId, runId, place, contentHash: one.contentHash });
  }

  #record(one: Prepared, source: Source, runId: string, at: { place: number; session: string }): EvidenceRecord {
    const { span } = one.draft;
    return evidenceRecordSchema.parse({
      schema_version: evidenceSchemaVersion,
      evidence_id: this.#id(one, source, runId, at.place),
      run_id: runId,
      session_id: at.session,
      source_id: source.source_id,
      format: source.format,
      native_id: one.nativeId,
      ordinal: at.place,
      ...one.content,
      ...(one.draft.isAbandoned === undefined ? {} : { is_abandoned: one.draft.isAbandoned }),
      provenance: {
        source_file: source.path,
        byte_offset: span.offset,
        byte_length: span.length,
        line: span.line,
        pointer: span.pointer,
        sig_hash: sha256(span.bytes),
        redacted_hash: one.redactedHash,
        recorded_at: this.context.recordedAt,
      },
    });
  }
}

type Redacted = Omit<Prepared, 'nativeId'>;

function prepare(one: CheckedDraft, redactor: RunRedactor, findings: Findings): Redacted {
  const redacted = redactor.redact(one.draft.span.value, findings);
  const redactedHash = hashOf(redacted);
  if (redacted === one.draft.span.value) return { ...one, redactedHash, contentHash: contentHash(one.content) };
  const content = one.draft.read(redacted);
  if (typeof content === 'string') throw new Error('a record could not be read after redaction');
  return { ...one, content, redactedHash, contentHash: contentHash(content) };
}

function redactAround(one: Redacted, aside: RunRedactor, findings: Findings): Prepared {
  const clean = (text: string | null): string | null => {
    const redacted = text === null ? null : aside.redact(text, findings);
    return typeof redacted === 'string' ? redacted : null;
  };
  return { ...one, nativeId: clean(one.draft.nativeId), content: { ...one.content, model: clean(one.content.model) } };
}

function runOf(runId: string, facts: RunDraft['facts'], source: Source, records: readonly EvidenceRecord[]): Run {
  const times = records.flatMap((record) => record.timestamp ?? []).sort();
  const outcomes = records.flatMap((record) => record.outcome ?? []);
  return {
    run_id: runId,
    session_id: facts.session_id ?? runId,
    source_id: source.source_id,
    source: source.source,
    format: source.format,
    origin: source.origin,
    native_id: facts.native_id,
    task_id: facts.task_id,
    trial: facts.trial,
    project: facts.project,
    agent: facts.agent,
    models: [...new Set(records.flatMap((record) => record.model ?? []))],
    task: facts.task,
    outcome: outcomes.at(-1) ?? null,
    started_at: times[0] ?? null,
    ended_at: times.at(-1) ?? null,
    records: records.length,
    calls: records.reduce((sum, record) => sum + record.tool_calls.length, 0),
  };
}
