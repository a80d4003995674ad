import type { Config } from '../config.js';
import type { Clock, WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { hashOf } from '../hash.js';
import type { JsonObject } from '../json.js';
import type { Logger } from '../log.js';
import { withoutCommonPart } from '../models/embedding/common-part.js';
import type { VectorSource } from '../models/embedding/recipe.js';
import { given, receiptOfFailure } from '../receipts/receipted.js';
import { storeReceipt } from '../receipts/receipts.js';
import type { Roots } from '../roots.js';
import type { Store } from '../store.js';
import { type Consent, createConsent, unasked } from './consent.js';
import type { ImportInput, ImportOutput } from './contract.js';
import { ImportRun } from './import-run.js';
import { findInputs, grantedPath, type Inputs } from './import-sources.js';
import type { NeedObserver } from './inventory.js';
import { createMeaning } from './meaning/meaning.js';
import { createOwnFiles } from './own-files.js';
import { cleanText, createRedactionPolicy, type RedactionPolicy, redactionVersion } from './redact.js';
import { searchEvidence } from './search.js';
import type { EvidenceService } from './service.js';
import { cleanedOnce } from './source-path.js';
import { projectAtHand, saidOf, unaskedProjects } from './unasked.js';
import { verify } from './verify.js';

export interface EvidenceDeps {
  readonly config: Config;
  readonly store: Store;
  readonly roots: Roots;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes what reads needs for an inventory; without it, an inventory has none. */
  readonly needs?: (() => NeedObserver) | undefined;
  /** vectors of texts, made on this machine; without it, evidence is searched by words alone */
  readonly vectors?: VectorSource;
}

function outputOf({ account }: ImportRun, inputs: Inputs): Omit<ImportOutput, 'receipt_id' | 'inventory'> {
  const formats = [...new Set(inputs.sources.map((one) => one.source.format))];
  return {
    format: formats.length === 1 ? (formats[0] ?? 'mixed') : 'mixed',
    files: inputs.sources.length + inputs.companions.length + inputs.unknown.length,
    ...account.counts,
    ignored_kinds: account.ignoredKinds,
    rejections: account.rejections,
    redacted: Object.fromEntries(Object.entries(account.redacted).filter(([, count]) => count > 0)),
    ...(account.unasked.size > 0 ? { without_consent: account.unasked.size } : {}),
    runs: account.runIds.size,
    source: inputs.label,
  };
}

/** What redaction replaced: all, and each kind. */
function redactedCounts(redacted: ImportOutput['redacted']): Record<string, number> {
  const kinds = Object.entries(redacted).map(([kind, count]) => [`redacted_${kind.toLowerCase()}`, count]);
  const all = Object.values(redacted).reduce((sum, count) => sum + count, 0);
  return { redacted: all, ...Object.fromEntries(kinds) };
}

/** The arguments of a receipt: what was asked, without the text itself. */
function receiptArguments(input: ImportInput, inputs: Inputs, policy: RedactionPolicy): JsonObject {
  const redaction = { version: redactionVersion, policy: policy.digest };
  const asked: JsonObject = { source: inputs.label, format: input.format ?? 'auto', redaction };
  if (input.path !== undefined) asked['path'] = inputs.refs.map((ref) => ref.path);
  return asked;
}

/** Refuses an import of which nothing could be taken; where something can, the rest is left out and counted. */
function refuseUnasked({ sources }: Inputs, consent: Consent, { via }: WorkContext): void {
  const projects = sources.map(({ recognized, path }) => {
    const project = projectAtHand(recognized, path);
    return project !== null && consent(project, path) === 'unasked' ? project : null;
  });
  if (projects.length > 0 && !projects.includes(null)) throw unasked(new Set(projects).size, via === 'cli');
}

interface Asked {
  readonly input: ImportInput;
  readonly context: WorkContext;
  readonly found?: ((runIds: ReadonlySet<string>) => void) | undefined;
}

async function importEvidence(deps: EvidenceDeps, policy: RedactionPolicy, request: Asked): Promise<ImportOutput> {
  const { input, context, found } = request;
  const { store, clock, roots, log } = deps;
  const startedAt = clock.now();
  const startedMs = clock.elapsed();
  const inputs = await findInputs(input, {
    roots,
    context,
    policyDigest: policy.digest,
    importedAt: startedAt,
    isOwn: createOwnFiles(deps.config.db),
    clean: cleanedOnce((text) => cleanText(policy, text)),
  });
  const path = input.path === undefined ? undefined : inputs.sources[0]?.path;
  const said = await saidOf(deps.config, path, context);
  const consent = createConsent(deps.config.file.consent, said);
  refuseUnasked(inputs, consent, context);
  const dryRun = input.dry_run === true;
  const run = new ImportRun({
    policy,
    consent,
    consentKey: hashOf({ rules: deps.config.file.consent ?? {}, said: { ...said } }),
    store: dryRun && !store.exists() ? undefined : store.evidence,
    dryRun,
    namespace: inputs.namespace,
    recordedAt: startedAt,
    context,
    needs: dryRun ? deps.needs?.() : undefined,
    totalBytes: inputs.sources.reduce((sum, file) => sum + file.source.bytes, 0),
  });
  for (const file of inputs.sources) await run.importFile(file);
  for (const name of inputs.unknown) {
    run.account.ignore('unrecognized_file');
    run.warnings.push(`${name} is in no format that can be imported.`);
  }
  for (const kind of inputs.companions) run.account.ignore(kind);
  await run.finish();
  found?.(run.account.runIds);
  const output = outputOf(run, inputs);
  log.info('imported', { ...run.account.counts, files: output.files });
  if (dryRun) return { ...output, inventory: run.inventory.result() };
  const {
    ignored_kinds: _kinds,
    rejections: _rejections,
    redacted,
    format: _format,
    source: _source,
    without_consent: _withoutConsent,
    ...counts
  } = output;
  const receipt = await storeReceipt(store.receipts, clock, {
    command: 'import_evidence',
    arguments: receiptArguments(input, inputs, policy),
    inputs: inputs.refs,
    counts: { ...counts, ...redactedCounts(redacted) },
    recordCounts: { in: counts.records_read, out: counts.imported },
    warnings: run.warnings,
    startedAt,
    startedMs,
    via: context.via,
  });
  return { ...output, receipt_id: receipt.receipt_id };
}

/** Imports logs as evidence, finds it again, and proves that it is what the logs say. */
export function createEvidenceService(deps: EvidenceDeps): EvidenceService {
  const policy = createRedactionPolicy(deps.config.file.redaction);
  const agreed = new Set<string>();
  const { store, log, vectors } = deps;
  const meaning = vectors && createMeaning({ store: store.meaning, source: vectors, prepare: withoutCommonPart, log });
  return {
    importEvidence(input, context, found) {
      const work = () => importEvidence(deps, policy, { input, context, found });
      // A dry run stores nothing, not even that it was.
      if (input.dry_run === true) return work();
      const asked = given({ format: input.format });
      return receiptOfFailure(deps, { command: 'import_evidence', arguments: asked, via: context.via, work });
    },
    async unasked({ path, format = 'auto', mapping }, context) {
      if (path === undefined) return [];
      const full = await grantedPath(path, { roots: deps.roots, context });
      const isNamed = mapping !== undefined || format !== 'auto';
      return unaskedProjects(full, await saidOf(deps.config, full, context), {
        isNamed,
        config: deps.config,
        isOwn: createOwnFiles(deps.config.db),
        clean: cleanedOnce((text) => cleanText(policy, text)),
      });
    },
    async agree(projects) {
      for (const one of projects) agreed.add(one);
    },
    agreed: async (projects) => projects.every((one) => agreed.has(one)),
    search: (input, patienceMs) => searchEvidence({ ...deps, meaning }, input, patienceMs),
    async heldKinds(value) {
      const redactor = policy.runRedactor();
      redactor.redact(value, await policy.search([value]));
      return Object.keys(redactor.counts).sort();
    },
    async verifyRecord(evidenceId) {
      const record = await deps.store.evidence.getRecord(evidenceId);
      if (!record) {
        throw new FoundryError('not_found', 'No record has this id.', 'search_evidence finds records and their ids.');
      }
      return verify(deps.store, policy, evidenceId);
    },
    async close() {
      await meaning?.close();
    },
  };
}
