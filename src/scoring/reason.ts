import type { EvidenceRecord } from '../evidence/model.js';
import type { ScoreReason } from './model.js';

/** A reason with the record it rests on; null only where the run has no record at all, or a person or client spoke. */
export function reasonOf(
  severity: ScoreReason['severity'],
  marker: string,
  message: string,
  on: string | EvidenceRecord | null | undefined,
): ScoreReason {
  const evidenceId = typeof on === 'string' ? on : (on?.evidence_id ?? null);
  return { marker, severity, message, evidence_id: evidenceId };
}
