import { setImmediate } from 'node:timers/promises';
import type { WorkContext } from '../context.js';
import { throwIfCancelled } from '../errors.js';
import { hashOf } from '../hash.js';
import type { JsonValue } from '../json.js';
import { Account, fileAccountSchema } from './account.js';
import { Assembler, type CheckedDraft } from './assemble.js';
import type { Consent } from './consent.js';
import {
  type ImportEvent,
  type Item,
  type LinkFound,
  type Rejected,
  type RunDraft,
  rejected,
} from './importers/importer.js';
import type { Recognized } from './importers/sniff.js';
import { readItems } from './importers/sniff.js';
import { InventoryCounter, type NeedObserver } from './inventory.js';
import type { EvidenceRecord, Run, Source, ToolDefinition } from './model.js';
import { joined, type Piece, valuesOf } from './pieces.js';
import type { OpenBytes } from './read/spans.js';
import type { RedactionPolicy } from './redact.js';
import { SeenIds } from './seen-ids.js';
import { spilledItems } from './spilled.js';
import type { Diagnostic, EvidenceStore } from './store.js';
import { declaredTools, ToolInference } from './tool-definitions.js';

/** Small enough to stop soon, large enough that a transaction costs little a record. */
const batchRecords = 4_000;
const batchBytes = 8 * 1024 * 1024;
/** Of a file with more rejections than this, the first are stored: a file may be made of nothing else. */
const keptRejections = 100_000;

/** A file (or a text that a client handed in) that an importer was found for. */
export interface ImportSource {
  readonly source: Source;
  /** as it was read; never stored, for a name may hold what must not be kept */
  readonly path: string;
  /** how messages call it */
  readonly shown: string;
  readonly open: OpenBytes;
  readonly recognized: Recognized;
  /** of what decides how the file is read; null where it has to be read in any case */
  readonly key: string | null;
}

export interface ImportDeps {
  readonly policy: RedactionPolicy;
  readonly consent: Consent;
  /** of what consent rests on */
  readonly consentKey: string;
  /** undefined for a dry run before anything was stored */
  readonly store: EvidenceStore | undefined;
  readonly dryRun: boolean;
  readonly namespace: 'client' | null;
  readonly recordedAt: string;
  readonly context: WorkContext;
  readonly totalBytes: number;
  /** reads needs for the inventory of a dry run */
  readonly needs?: NeedObserver | undefined;
}

const noNeeds: NeedObserver = { see: () => undefined, top: () => [], isFull: false };

/** What is gathered of one file beside its records. */
class FileNotes {
  readonly tools = new Map<string, JsonValue>();
  readonly inference = new ToolInference();
  readonly account = new Account();

  constructor(readonly file: ImportSource) {}
}

/** One import: takes file after file and keeps the account of every record. */
export class ImportRun {
  /** of the files that were read to their end */
  readonly account = new Account();
  readonly inventory: InventoryCounter;
  readonly warnings: string[] = [];
  /** what redaction replaced so far, by kind */
  readonly #redacted: Record<string, number> = {};
  readonly #assembler: Assembler;
  readonly #dryIds = new SeenIds();
  #pending: Piece[] = [];
  #pendingLinks: LinkFound[] = [];
  #pendingRecords = 0;
  #pendingBytes = 0;
  #diagnostics: Diagnostic[] = [];
  #bytesBefore = 0;

  constructor(readonly deps: ImportDeps) {
    const { policy, store, namespace, recordedAt } = deps;
    this.inventory = new InventoryCounter(deps.dryRun ? (deps.needs ?? noNeeds) : undefined);
    this.#assembler = new Assembler({ policy, store, namespace, recordedAt, redacted: this.#redacted });
  }

  /** Reads one file to its end, unless it was read before as it is. What was stored before an error or a cancellation stays. */
  async importFile(file: ImportSource): Promise<void> {
    this.inventory.file(file.source.format);
    if (!(await this.#isKnown(file))) await this.#read(new FileNotes(file));
    this.#bytesBefore += file.source.bytes;
  }

  /** Takes over the account of a file that was read to its end before, by the same importer, rules and consent. */
  async #isKnown({ source, key }: ImportSource): Promise<boolean> {
    const { dryRun, store, consentKey } = this.deps;
    if (dryRun || key === null) return false;
    const known = fileAccountSchema.safeParse(await store?.fileAccount(source.source_id, hashOf([key, consentKey])));
    if (!known.success) return false;
    this.account.addKnown(known.data);
    return true;
  }

  async #read(notes: FileNotes): Promise<void> {
    const { file, account } = notes;
    const { source, recognized, key } = file;
    const { dryRun, store, consentKey } = this.deps;
    const redactedBefore = { ...this.#redacted };
    if (!dryRun) await store?.putSource(source);
    const again = () => itemsOf(file);
    for await (const event of recognized.importer.read(again(), again)) {
      this.#take(event, notes);
      const { length } = this.#diagnostics;
      if (Math.max(this.#pendingRecords, length) >= batchRecords || this.#pendingBytes >= batchBytes) {
        await this.#flush(notes);
      }
    }
    await this.#flush(notes);
    this.inventory.endFile();
    this.#noteIgnored(notes);
    await this.#storeTools(notes);
    await this.#storeDiagnostics();
    for (const [kind, count] of Object.entries(this.#redacted)) {
      account.redacted[kind] = count - (redactedBefore[kind] ?? 0);
    }
    this.account.add(account);
    const kept = account.kept();
    if (!dryRun && key !== null && kept) await store?.putFileAccount(source.source_id, hashOf([key, consentKey]), kept);
  }

  #take(event: ImportEvent, notes: FileNotes): void {
    if (event.event === 'rejected') this.#reject(event, notes);
    else if (event.event === 'ignored') notes.account.ignore(event.kind);
    else if (event.event === 'tools') for (const tool of event.tools) notes.tools.set(hashOf(tool), tool);
    else if (event.event === 'link') this.#pendingLinks.push(event);
    else this.#check(event, notes);
  }

  #check(run: RunDraft, notes: FileNotes): void {
    const { path } = notes.file;
    const verdict = this.deps.consent(run.facts.project, path);
    if (verdict === 'unasked') notes.account.unasked.add(run.facts.project ?? path);
    if (verdict !== 'taken') {
      for (const _draft of run.drafts) notes.account.ignore('no_consent');
      return;
    }
    const checked: CheckedDraft[] = [];
    for (const draft of run.drafts) {
      const content = draft.read(draft.span.value);
      if (typeof content === 'string') this.#reject(rejected(draft.span, content), notes);
      else checked.push({ draft, content });
      this.#pendingBytes += draft.span.length;
    }
    if (checked.length > 0) this.#pending.push({ run, checked });
    this.#pendingRecords += checked.length;
  }

  #reject(event: Rejected, { file, account }: FileNotes): void {
    const { line, offset } = event.place;
    const reason = `${event.reason} (byte ${offset})`;
    account.reject({ file: file.shown, line, reason });
    if (account.counts.rejected > keptRejections) return;
    const { source_id } = file.source;
    const diagnostic = { source_id, file: file.shown, line, code: event.reason.replace(/\W+/g, '_'), message: reason };
    this.#diagnostics.push({ kind: 'rejected', ...diagnostic });
  }

  #noteIgnored({ file, account }: FileNotes): void {
    const { source_id } = file.source;
    for (const [code, count] of Object.entries(account.ignoredKinds)) {
      const message = `${count} records of kind ${code}`;
      this.#diagnostics.push({ source_id, kind: 'ignored', file: file.shown, line: null, code, message });
    }
  }

  async #flush(notes: FileNotes): Promise<void> {
    throwIfCancelled(this.deps.context.signal);
    const pending = this.#pending;
    this.#pending = [];
    this.#pendingRecords = 0;
    this.#pendingBytes = 0;
    if (pending.length > 0) await this.#write(pending, notes);
    await this.#resolveLinks(notes);
    if (this.#diagnostics.length >= batchRecords) await this.#storeDiagnostics();
    await setImmediate();
  }

  async #write(pending: readonly Piece[], { file, inference, account }: FileNotes): Promise<void> {
    const findings = await this.deps.policy.search(valuesOf(pending));
    const runs = new Map<string, Run>();
    const records: EvidenceRecord[] = [];
    for (const { run, checked } of pending) {
      const assembled = await this.#assembler.assemble(run, checked, findings, file.source);
      account.runIds.add(assembled.run.run_id);
      const before = runs.get(assembled.run.run_id);
      runs.set(assembled.run.run_id, before ? joined(before, assembled.run) : assembled.run);
      records.push(...assembled.records);
      this.inventory.see(assembled.run, assembled.records, assembled.version);
      for (const record of assembled.records) inference.see(record);
    }
    account.stored(this.deps.dryRun ? await this.#countOnly(records) : await this.#append([...runs.values()], records));
    const last = pending.at(-1)?.checked.at(-1)?.draft.span;
    // Places in a compressed file count in its text, which is longer than the file.
    const here = Math.min(file.source.bytes, last ? last.offset + last.length : 0);
    this.#report(this.#bytesBefore + here, account.counts.records_read);
  }

  async #resolveLinks({ file, account }: FileNotes): Promise<void> {
    const found = this.#pendingLinks;
    this.#pendingLinks = [];
    if (found.length === 0) return;
    const values = found.flatMap(({ id, parent }) => [id, parent.id, parent.call_id]);
    const findings = await this.deps.policy.search(values);
    for (const link of found) {
      const resolved = this.#assembler.link(link, findings, file.source.format);
      account.links.set(resolved.run_id, resolved);
    }
  }

  /** To be called after the last file, for then every run is there that another one may come of. */
  async finish(): Promise<void> {
    const links = [...this.account.links.values()];
    if (!this.deps.dryRun && links.length > 0) await this.deps.store?.linkRuns(links);
    this.#report(this.deps.totalBytes);
  }

  #report(done: number, here = 0): void {
    const read = this.account.counts.records_read + here;
    this.deps.context.progress(done, this.deps.totalBytes, `${read} records read`);
  }

  async #append(runs: readonly Run[], records: readonly EvidenceRecord[]) {
    if (!this.deps.store) throw new Error('an import that is no dry run needs a store');
    return this.deps.store.append({ runs, records });
  }

  async #countOnly(records: readonly EvidenceRecord[]): Promise<{ inserted: number; duplicates: number }> {
    let inserted = 0;
    for (const { evidence_id } of records) {
      if (this.#dryIds.add(evidence_id) && !(await this.deps.store?.getRecord(evidence_id))) inserted += 1;
    }
    return { inserted, duplicates: records.length - inserted };
  }

  async #storeTools({ file, tools: declared, inference }: FileNotes): Promise<void> {
    const found = [...declared.values()];
    const findings = await this.deps.policy.search(found);
    const redactor = this.deps.policy.runRedactor();
    const { tools, bad } = declaredTools(found.map((tool) => redactor.redact(tool, findings)));
    for (const [kind, count] of Object.entries(redactor.counts)) {
      this.#redacted[kind] = (this.#redacted[kind] ?? 0) + count;
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

/** The values of a file; of a session with what it spilled into other files. */
function itemsOf({ open, path, recognized, source }: ImportSource): AsyncGenerator<Item> {
  const items = readItems(open, recognized.layout);
  return source.format === 'claude_code' && source.origin === 'file' ? spilledItems(items, path) : items;
}
