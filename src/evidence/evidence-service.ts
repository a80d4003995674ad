import type { Config } from '../config.js';
import type { Clock, WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Logger } from '../log.js';
import { withoutCommonPart } from '../models/embedding/common-part.js';
import type { VectorSource } from '../models/embedding/recipe.js';
import { storeReceipt } from '../receipts/receipts.js';
import type { Roots } from '../roots.js';
import type { Store } from '../store.js';
import { createConsent } from './consent.js';
import type { ImportInput, ImportOutput } from './contract.js';
import { ImportRun } from './import-run.js';
import { findInputs, type Inputs } from './import-sources.js';
import { createMeaning } from './meaning/meaning.js';
import { createOwnFiles } from './own-files.js';
import { cleanText, createRedactionPolicy, type RedactionPolicy, redactionVersion } from './redact.js';
import { searchEvidence } from './search.js';
import type { EvidenceService } from './service.js';
import { cleanedOnce } from './source-path.js';
import { verify } from './verify.js';

export interface EvidenceDeps {
  readonly config: Config;
  readonly store: Store;
  readonly roots: Roots;
  readonly clock: Clock;
  readonly log: Logger;
  /** vectors of texts, made on this machine; without it, evidence is searched by words alone */
  readonly vectors?: VectorSource;
}

function outputOf(run: ImportRun, inputs: Inputs): Omit<ImportOutput, 'receipt_id' | 'inventory'> {
  const formats = [...new Set(inputs.sources.map((one) => one.source.format))];
  return {
    format: formats.length === 1 ? (formats[0] ?? 'mixed') : 'mixed',
    files: inputs.sources.length + inputs.unknown.length,
    ...run.counts,
    ignored_kinds: run.ignoredKinds,
    rejections: run.rejections,
    redacted: Object.fromEntries(Object.entries(run.redacted).filter(([, count]) => count > 0)),
    runs: run.inventory.runs,
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

async function importEvidence(
  deps: EvidenceDeps,
  policy: RedactionPolicy,
  request: { input: ImportInput; context: WorkContext },
): Promise<ImportOutput> {
  const { input, context } = request;
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
  const dryRun = input.dry_run === true;
  const run = new ImportRun({
    policy,
    consent: createConsent(deps.config.file.consent),
    store: dryRun && !store.exists() ? undefined : store.evidence,
    dryRun,
    namespace: inputs.namespace,
    recordedAt: startedAt,
    context,
    totalBytes: inputs.sources.reduce((sum, file) => sum + file.source.bytes, 0),
  });
  for (const file of inputs.sources) await run.importFile(file);
  for (const name of inputs.unknown) {
    run.ignoredElsewhere('unrecognized_file');
    run.warnings.push(`${name} is in no format that can be imported.`);
  }
  run.finish();
  const output = outputOf(run, inputs);
  log.info('imported', { ...run.counts, files: output.files });
  if (dryRun) return { ...output, inventory: run.inventory.result() };
  const {
    ignored_kinds: _kinds,
    rejections: _rejections,
    redacted,
    format: _format,
    source: _source,
    ...counts
  } = output;
  const receipt = await storeReceipt(store.receipts, clock, {
    command: 'import_evidence',
    arguments: receiptArguments(input, inputs, policy),
    inputs: inputs.refs,
    counts: { ...counts, ...redactedCounts(redacted) },
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
  const { store, log, vectors } = deps;
  const meaning = vectors && createMeaning({ store: store.meaning, source: vectors, prepare: withoutCommonPart, log });
  return {
    importEvidence: (input, context) => importEvidence(deps, policy, { input, context }),
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
