import type { Category, Override, ScoredRun, ScoreStore, Suggestion } from '../../src/scoring/model.js';
import { groundingOf, overrideSchema, scoredRunSchema, suggestionSchema } from '../../src/scoring/model.js';
import { withOverride, withSuggestion } from '../../src/scoring/standing.js';
import type { Connection } from './connection.js';
import type { Db } from './kept.js';

interface ScoreColumns {
  readonly run_id: string;
  readonly category: Category;
  readonly reasons: string;
  readonly scorer_version: string;
  readonly input_hash: string;
  readonly scored_at: string;
  readonly via: string;
}

const scoreColumns = 'run_id, category, reasons, scorer_version, input_hash, scored_at, via';
const wordColumns = 'run_id, category, reason, at, via';

const toScore = (row: ScoreColumns): ScoredRun =>
  scoredRunSchema.parse({ ...row, schema_version: 1, reasons: JSON.parse(row.reasons) });

interface Until {
  readonly until?: string | undefined;
  readonly scorer_version?: string | undefined;
}

function scoreAt(db: Db, runId: string, { until, scorer_version }: Until): ScoredRun | undefined {
  const row = db
    .prepare(
      `SELECT ${scoreColumns} FROM scores
       WHERE run_id = ? AND (? IS NULL OR scored_at <= ?) AND (? IS NULL OR scorer_version = ?) ORDER BY seq DESC LIMIT 1`,
    )
    .get(runId, until ?? null, until ?? null, scorer_version ?? null, scorer_version ?? null);
  return row === undefined ? undefined : toScore(row as ScoreColumns);
}

/** What counts for a run: a person's override, else a suggestion, else a score; of each the newest until a time. */
function standingAt(db: Db, runId: string, point: Until): ScoredRun | undefined {
  const { until, scorer_version } = point;
  const score = scoreAt(db, runId, point);
  const inTime = (word: { at: string }): boolean => until === undefined || word.at <= until;
  const counts = scorer_version === undefined;
  const override = counts ? overridesOf(db, runId).filter(inTime).at(-1) : undefined;
  const suggestion = counts ? suggestionsOf(db, runId).filter(inTime).at(-1) : undefined;
  const standing = override ? withOverride(score, override) : suggestion ? withSuggestion(score, suggestion) : score;
  return standing && { ...standing, anchor_grounding: groundingOf(standing.reasons) };
}

function standings(db: Db, runIds: readonly string[], point: Until): Map<string, ScoredRun> {
  const found = new Map<string, ScoredRun>();
  for (const runId of new Set(runIds)) {
    const standing = standingAt(db, runId, point);
    if (standing) found.set(runId, standing);
  }
  return found;
}

function overridesOf(db: Db, runId: string): Override[] {
  const rows = db.prepare(`SELECT ${wordColumns} FROM overrides WHERE run_id = ? ORDER BY seq`).all(runId);
  return rows.map((row) => overrideSchema.parse(row));
}

function suggestionsOf(db: Db, runId: string): Suggestion[] {
  const rows = db.prepare(`SELECT ${wordColumns} FROM suggestions WHERE run_id = ? ORDER BY seq`).all(runId);
  return rows.map((row) => suggestionSchema.parse(row));
}

/**
 * A judgement that is the newest already is left alone. One that was made before a newer one (rules changed and were
 * changed back) becomes the newest again: otherwise the run would keep a judgement by rules that hold no more.
 */
function putScore(db: Db, score: ScoredRun): void {
  const newest = scoreAt(db, score.run_id, {});
  if (newest?.scorer_version === score.scorer_version && newest.input_hash === score.input_hash) {
    db.prepare(
      `UPDATE scores SET run_records = r.records FROM runs r
       WHERE r.run_id = scores.run_id AND scores.run_id = ? AND scorer_version = ? AND input_hash = ?
         AND run_records IS NOT r.records`,
    ).run(score.run_id, score.scorer_version, score.input_hash);
    return;
  }
  db.prepare('DELETE FROM scores WHERE run_id = ? AND scorer_version = ? AND input_hash = ?').run(
    score.run_id,
    score.scorer_version,
    score.input_hash,
  );
  db.prepare(
    `INSERT INTO scores (${scoreColumns}, run_records)
     VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT records FROM runs WHERE run_id = ?))`,
  ).run(
    score.run_id,
    score.category,
    JSON.stringify(score.reasons),
    score.scorer_version,
    score.input_hash,
    score.scored_at,
    score.via,
    score.run_id,
  );
}

function putOverride(db: Db, override: Override): void {
  const { run_id, category, reason, at, via } = overrideSchema.parse(override);
  db.prepare(`INSERT OR IGNORE INTO overrides (${wordColumns}) VALUES (?, ?, ?, ?, ?)`).run(
    run_id,
    category,
    reason,
    at,
    via,
  );
}

function removeOverride(db: Db, { run_id, category, reason, at, via }: Override): number {
  return db
    .prepare('DELETE FROM overrides WHERE run_id = ? AND category = ? AND reason = ? AND at = ? AND via = ?')
    .run(run_id, category, reason, at, via).changes;
}

/** Scores, a person's overrides and clients' suggestions, side by side: none replaces another. */
export function createScoreStore(connection: Connection): ScoreStore {
  return {
    async putScores(scores) {
      connection.write(() => {
        for (const score of scores) putScore(connection.db, scoredRunSchema.parse(score));
      });
    },
    async effective(runIds) {
      return standings(connection.db, runIds, {});
    },
    async at(runIds, point) {
      return standings(connection.db, runIds, point);
    },
    async putOverride(override) {
      connection.write(() => putOverride(connection.db, override));
    },
    async putOverrides(overrides) {
      connection.write(() => {
        for (const override of overrides) putOverride(connection.db, override);
      });
    },
    async removeOverrides(overrides) {
      return connection.write(() => overrides.reduce((sum, one) => sum + removeOverride(connection.db, one), 0));
    },
    async putSuggestion(suggestion) {
      const { run_id, category, reason, at, via } = suggestionSchema.parse(suggestion);
      connection.write(() => {
        connection.db
          .prepare(`INSERT OR IGNORE INTO suggestions (${wordColumns}) VALUES (?, ?, ?, ?, ?)`)
          .run(run_id, category, reason, at, via);
      });
    },
    async getOverride(runId) {
      return overridesOf(connection.db, runId).at(-1);
    },
    async suggestions(runId) {
      return suggestionsOf(connection.db, runId);
    },
    async unscored(scorerVersion, limit, after) {
      const rows = connection.db
        .prepare(
          `SELECT r.run_id FROM runs r
           WHERE r.run_id > ? AND NOT EXISTS (
             SELECT 1 FROM scores s WHERE s.run_id = r.run_id AND s.scorer_version = ? AND s.run_records = r.records)
           ORDER BY r.run_id LIMIT ?`,
        )
        .all(after ?? '', scorerVersion, limit) as { run_id: string }[];
      return rows.map((row) => row.run_id);
    },
    async scoredSince(scorerVersion, since, page) {
      const rows = connection.db
        .prepare(
          `SELECT DISTINCT run_id FROM scores WHERE scorer_version = ? AND scored_at >= ? AND run_id > ?
           ORDER BY run_id LIMIT ?`,
        )
        .all(scorerVersion, since, page.after ?? '', page.limit) as { run_id: string }[];
      return rows.map((row) => row.run_id);
    },
  };
}
