import { setImmediate } from 'node:timers/promises';
import type { WorkContext } from '../context.js';
import { throwIfCancelled } from '../errors.js';
import { hashOf } from '../hash.js';
import type { JsonValue } from '../json.js';
import { Assembler, type CheckedDraft } from './assemble.js';
import type { Consent } from './consent.js';
import type { ImportOutput } from './contract.js';
import {
  type Ignored,
  type ImportEvent,
  ignored,
  type Rejected,
  type RunDraft,
  rejected,
} from './importers/importer.js';
import type { Recognized } from './importers/sniff.js';
import { readItems } from './importers/sniff.js';
import { InventoryCounter } from './inventory.js';
import type { EvidenceRecord, Run, Source, ToolDefinition } from './model.js';
import type { OpenBytes } from './read/spans.js';
import type { RedactionPolicy } from './redact.js';
import type { Diagnostic, EvidenceStore } from './store.js';
import { declaredTools, ToolInference } from './tool-definitions.js';

/** Small enough to stop soon, large enough that a transaction costs little a record. */
const batchRecords = 4_000;
const batchBytes = 8 * 1024 * 1024;
const shownRejections = 20;

/** A file (or a text that a client handed in) that an importer was found for. */
export interface ImportSource {
  readonly source: Source;
  /** as it was read; never stored, for a name may hold what must not be kept */
  readonly path: string;
  /** how messages call it */
  readonly shown: string;
  readonly open: OpenBytes;
  readonly recognized: Recognized;
}

export interface ImportDeps {
  readonly policy: RedactionPolicy;
  readonly consent: Consent;
  /** undefined for a dry run before anything was stored */
  readonly store: EvidenceStore | undefined;
  readonly dryRun: boolean;
  readonly namespace: 'client' | null;
  readonly recordedAt: string;
  readonly context: WorkContext;
  readonly totalBytes: number;
}

interface Pending {
  readonly run: RunDraft;
  readonly checked: CheckedDraft[];
}

type Counts = Pick<ImportOutput, 'records_read' | 'imported' | 'duplicates' | 'ignored' | 'rejected'>;

/** One import: takes file after file and keeps the account of every record. */
export class ImportRun {
  readonly counts: Counts = { records_read: 0, imported: 0, duplicates: 0, ignored: 0, rejected: 0 };
  readonly ignoredKinds: Record<string, number> = {};
  readonly rejections: ImportOutput['rejections'] = [];
  readonly redacted: Record<string, number> = {};
  readonly inventory = new InventoryCounter();
  readonly warnings: string[] = [];
  readonly #assembler: Assembler;
  readonly #dryIds = new Set<string>();
  #pending: Pending[] = [];
  #pendingRecords = 0;
  #pendingBytes = 0;
  #diagnostics: Diagnostic[] = [];
  #bytesBefore = 0;

  constructor(readonly deps: ImportDeps) {
    const { policy, store, namespace, recordedAt } = deps;
    this.#assembler = new Assembler({ policy, store, namespace, recordedAt, redacted: this.redacted });
  }

  /** Reads one file to its end. What was stored before an error or a cancellation stays. */
  async importFile(file: ImportSource): Promise<void> {
    const { source, recognized } = file;
    const tools = new Map<string, JsonValue>();
    const inference = new ToolInference();
    const ignoredHere: Record<string, number> = {};
    if (!this.deps.dryRun) await this.deps.store?.putSource(source);
    this.inventory.file(source.format);
    for await (const event of recognized.importer.read(readItems(file.open, recognized.layout))) {
      await this.#take(event, file, { tools, ignoredHere });
      if (this.#pendingRecords >= batchRecords || this.#pendingBytes >= batchBytes) await this.#flush(file, inference);
    }
    await this.#flush(file, inference);
    this.#noteIgnored(file, ignoredHere);
    await this.#storeTools(file, [...tools.values()], inference);
    await this.#storeDiagnostics();
    this.#bytesBefore += source.bytes;
  }

  async #take(
    event: ImportEvent,
    file: ImportSource,
    aside: { tools: Map<string, JsonValue>; ignoredHere: Record<string, number> },
  ): Promise<void> {
    if (event.event === 'rejected') this.#reject(event, file);
    else if (event.event === 'ignored') this.#ignore(event, aside.ignoredHere);
    else if (event.event === 'tools') for (const tool of event.tools) aside.tools.set(hashOf(tool), tool);
    else this.#check(event, file, aside.ignoredHere);
  }

  #check(run: RunDraft, file: ImportSource, ignoredHere: Record<string, number>): void {
    if (!this.deps.consent(run.facts.project, file.path)) {
      for (const draft of run.drafts) this.#ignore(ignored(draft.span, 'no_consent'), ignoredHere);
      return;
    }
    const checked: CheckedDraft[] = [];
    for (const draft of run.drafts) {
      const content = draft.read(draft.span.value);
      if (typeof content === 'string') this.#reject(rejected(draft.span, content), file);
      else checked.push({ draft, content });
      this.#pendingBytes += draft.span.length;
    }
    if (checked.length > 0) this.#pending.push({ run, checked });
    this.#pendingRecords += checked.length;
  }

  #reject(event: Rejected, file: ImportSource): void {
    const { line, offset } = event.place;
    const reason = `${event.reason} (byte ${offset})`;
    this.counts.records_read += 1;
    this.counts.rejected += 1;
    if (this.rejections.length < shownRejections) this.rejections.push({ file: file.shown, line, reason });
    const { source_id } = file.source;
    const diagnostic = { source_id, file: file.shown, line, code: event.reason.replace(/\W+/g, '_'), message: reason };
    this.#diagnostics.push({ kind: 'rejected', ...diagnostic });
  }

  #ignore(event: Ignored, here: Record<string, number>): void {
    this.ignoredElsewhere(event.kind);
    here[event.kind] = (here[event.kind] ?? 0) + 1;
  }

  /** Accounts for something outside of any recognized file, such as a file that no importer knows. */
  ignoredElsewhere(kind: string): void {
    this.counts.records_read += 1;
    this.counts.ignored += 1;
    this.ignoredKinds[kind] = (this.ignoredKinds[kind] ?? 0) + 1;
  }

  #noteIgnored(file: ImportSource, here: Readonly<Record<string, number>>): void {
    const { source_id } = file.source;
    for (const [code, count] of Object.entries(here)) {
      const message = `${count} records of kind ${code}`;
      this.#diagnostics.push({ source_id, kind: 'ignored', file: file.shown, line: null, code, message });
    }
  }

  async #flush(file: ImportSource, inference: ToolInference): Promise<void> {
    throwIfCancelled(this.deps.context.signal);
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingRecords = 0;
    this.#pendingBytes = 0;
    if (pending.length > 0) await this.#write(pending, file, inference);
    if (this.#diagnostics.length >= batchRecords) await this.#storeDiagnostics();
    await setImmediate();
  }

  async #write(pending: readonly Pending[], file: ImportSource, inference: ToolInference): Promise<void> {
    const findings = await this.deps.policy.search(valuesOf(pending));
    const runs = new Map<string, Run>();
    const records: EvidenceRecord[] = [];
    for (const { run, checked } of pending) {
      const assembled = await this.#assembler.assemble(run, checked, findings, file.source);
      const before = runs.get(assembled.run.run_id);
      runs.set(assembled.run.run_id, before ? joined(before, assembled.run) : assembled.run);
      records.push(...assembled.records);
      this.inventory.see(assembled.run, assembled.records);
      for (const record of assembled.records) inference.see(record);
    }
    const { inserted, duplicates } = this.deps.dryRun
      ? await this.#countOnly(records)
      : await this.#append([...runs.values()], records);
    this.counts.records_read += records.length;
    this.counts.imported += inserted;
    this.counts.duplicates += duplicates;
    const last = pending.at(-1)?.checked.at(-1)?.draft.span;
    // Places in a compressed file count in its text, which is longer than the file.
    const here = Math.min(file.source.bytes, last ? last.offset + last.length : 0);
    this.#report(this.#bytesBefore + here);
  }

  /** To be called after the last file: what stands behind the last stored record was read too. */
  finish(): void {
    this.#report(this.deps.totalBytes);
  }

  #report(done: number): void {
    this.deps.context.progress(done, this.deps.totalBytes, `${this.counts.records_read} records read`);
  }

  async #append(runs: readonly Run[], records: readonly EvidenceRecord[]) {
    if (!this.deps.store) throw new Error('an import that is no dry run needs a store');
    return this.deps.store.append({ runs, records });
  }

  async #countOnly(records: readonly EvidenceRecord[]): Promise<{ inserted: number; duplicates: number }> {
    let inserted = 0;
    for (const { evidence_id } of records) {
      if (this.#dryIds.has(evidence_id) || (await this.deps.store?.getRecord(evidence_id))) continue;
      this.#dryIds.add(evidence_id);
      inserted += 1;
    }
    return { inserted, duplicates: records.length - inserted };
  }

  async #storeTools(file: ImportSource, found: readonly JsonValue[], inference: ToolInference): Promise<void> {
    const findings = await this.deps.policy.search(found);
    const redactor = this.deps.policy.runRedactor();
    const { tools, bad } = declaredTools(found.map((tool) => redactor.redact(tool, findings)));
    for (const [kind, count] of Object.entries(redactor.counts)) {
      this.redacted[kind] = (this.redacted[kind] ?? 0) + count;
    }
    this.inventory.declared(tools.length);
    if (bad > 0) this.warnings.push(`${file.shown}: ${bad} tool definitions could not be read.`);
    if (this.deps.dryRun) return;
    const named = new Set(tools.map((tool) => tool.name));
    const definitions: ToolDefinition[] = [...tools, ...inference.definitions().filter((one) => !named.has(one.name))];
    if (definitions.length > 0) await this.deps.store?.putToolDefinitions(file.source.source_id, definitions);
  }

  async #storeDiagnostics(): Promise<void> {
    const diagnostics = this.#diagnostics;
    this.#diagnostics = [];
    if (!this.deps.dryRun && diagnostics.length > 0) await this.deps.store?.putDiagnostics(diagnostics);
  }
}

function* valuesOf(pending: readonly Pending[]): Generator<JsonValue> {
  for (const { run, checked } of pending) {
    for (const one of checked) yield* [one.draft.span.value, one.draft.nativeId, one.content.model];
    yield { ...run.facts } as JsonValue;
    yield run.key.by === 'native' ? run.key.id : run.key.seed;
  }
}

/** Two pieces of one run in one batch. */
function joined(a: Run, b: Run): Run {
  const times = [a.started_at, b.started_at, a.ended_at, b.ended_at].flatMap((time) => time ?? []).sort();
  return {
    ...a,
    models: [...new Set([...a.models, ...b.models])],
    project: a.project ?? b.project,
    outcome: b.outcome ?? a.outcome,
    started_at: times[0] ?? null,
    ended_at: times.at(-1) ?? null,
    records: a.records + b.records,
    calls: a.calls + b.calls,
  };
}
