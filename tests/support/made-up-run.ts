import { emptyContent } from '../../src/evidence/importers/importer.js';
import type { EvidenceRecord, Run } from '../../src/evidence/model.js';
import { sha256 } from '../../src/hash.js';

/** A run that nothing is known of but what `parts` say. */
export function madeUpRun(runId: string, parts: Partial<Run> = {}): Run {
  return {
    run_id: runId,
    session_id: runId,
    source_id: 'source_1',
    source: 'desk',
    format: 'openai_chat',
    origin: 'file',
    native_id: null,
    task_id: null,
    trial: null,
    project: null,
    agent: null,
    models: [],
    task: null,
    outcome: null,
    started_at: null,
    ended_at: null,
    records: 0,
    calls: 0,
    ...parts,
  };
}

/** A record of such a run, empty but for what `parts` say. */
export function madeUpRecord(runId: string, ordinal: number, parts: Partial<EvidenceRecord> = {}): EvidenceRecord {
  return {
    schema_version: 1,
    evidence_id: sha256(`${runId}/${ordinal}`),
    run_id: runId,
    session_id: runId,
    source_id: 'source_1',
    format: 'openai_chat',
    native_id: null,
    ordinal,
    ...emptyContent,
    provenance: {
      source_file: 'desk.jsonl',
      byte_offset: ordinal * 10,
      byte_length: 10,
      line: ordinal + 1,
      pointer: null,
      sig_hash: sha256(`raw ${runId}/${ordinal}`),
      redacted_hash: sha256(`redacted ${runId}/${ordinal}`),
      recorded_at: '2026-01-01T00:00:00.000Z',
    },
    ...parts,
  };
}
