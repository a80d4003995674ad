import type { Category, Override, ScoredRun, ScoreStore, Suggestion } from '../../src/scoring/model.js';
import { overrideSchema, scoredRunSchema, suggestionSchema } from '../../src/scoring/model.js';
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

function newestScore(db: Db, runId: string): ScoredRun | undefined {
  const row = db.prepare(`SELECT ${scoreColumns} FROM scores WHERE run_id = ? ORDER BY seq DESC LIMIT 1`).get(runId);
  return row === undefined ? undefined : toScore(row as ScoreColumns);
}

function newestOverride(db: Db, runId: string): Override | undefined {
  const row = db.prepare(`SELECT ${wordColumns} FROM overrides WHERE run_id = ? ORDER BY seq DESC LIMIT 1`).get(runId);
  return row === undefined ? undefined : overrideSchema.parse(row);
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
  const newest = newestScore(db, score.run_id);
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

/** Scores, a person's overrides and clients' suggestions, side by side: none replaces another. */
export function createScoreStore(connection: Connection): ScoreStore {
  return {
    async putScores(scores) {
      connection.write(() => {
        for (const score of scores) putScore(connection.db, scoredRunSchema.parse(score));
      });
    },
    async effective(runIds) {
      const found = new Map<string, ScoredRun>();
      for (const runId of new Set(runIds)) {
        const score = newestScore(connection.db, runId);
        const override = newestOverride(connection.db, runId);
        const suggestion = suggestionsOf(connection.db, runId).at(-1);
        const standing = override
          ? withOverride(score, override)
          : suggestion
            ? withSuggestion(score, suggestion)
            : score;
        if (standing) found.set(runId, standing);
      }
      return found;
    },
    async putOverride(override) {
      const { run_id, category, reason, at, via } = overrideSchema.parse(override);
      connection.write(() => {
        connection.db
          .prepare(`INSERT OR IGNORE INTO overrides (${wordColumns}) VALUES (?, ?, ?, ?, ?)`)
          .run(run_id, category, reason, at, via);
      });
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
      return newestOverride(connection.db, runId);
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
