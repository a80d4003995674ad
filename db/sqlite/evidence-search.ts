import type { EvidenceStore, RunFilter, WordMatches } from '../../src/evidence/store.js';
import { queryTerms } from '../../src/evidence/text.js';
import type { Connection } from './connection.js';
import { type RecordRow, recordColumns, recordOf } from './evidence-body.js';
import { fromRuns, whereOf } from './evidence-rows.js';

/** An OR of all terms is slow and finds no more than one of the rarest. */
const searchTerms = 6;
/** Beyond this many occurrences together, further (commoner) terms are left out: they cost time and tell nothing apart. */
const searchPostings = 10_000;

const hasFilter = (filter: RunFilter): boolean => Object.values(filter).some((one) => one !== undefined);

/** The terms of a query, those to be looked for rarest first, and those that occur nowhere. */
function termsOf(connection: Connection, query: string): Omit<WordMatches, 'seqs'> {
  const lookUp = connection.db.prepare<[string], { doc: number }>('SELECT doc FROM evidence_terms WHERE term = ?');
  const found = queryTerms(query).map((term) => ({ term, doc: lookUp.get(term)?.doc ?? 0 }));
  const present = found
    .filter((one) => one.doc > 0)
    .sort((a, b) => a.doc - b.doc || (a.term < b.term ? -1 : 1))
    .slice(0, searchTerms);
  let postings = 0;
  const chosen = present.filter((one, index) => {
    postings += one.doc;
    return index === 0 || postings <= searchPostings;
  });
  return {
    terms: chosen.map((one) => one.term),
    absent: found.filter((one) => one.doc === 0).map((one) => one.term),
  };
}

/** Only places come out of the ranking: what stands in the records is read for those that are shown. */
function rankedPlaces(connection: Connection, match: string, filter: RunFilter, limit: number): number[] {
  if (!hasFilter(filter)) {
    return connection.db
      .prepare<[string, number], { seq: number }>(
        'SELECT rowid AS seq FROM evidence_fts WHERE evidence_fts MATCH ? ORDER BY bm25(evidence_fts), rowid LIMIT ?',
      )
      .all(match, limit)
      .map((row) => row.seq);
  }
  const where = whereOf(filter);
  return connection.db
    .prepare<unknown[], { seq: number }>(
      `SELECT e.seq FROM evidence_fts JOIN evidence e ON e.seq = evidence_fts.rowid JOIN runs r ON r.run_id = e.run_id
       JOIN sources s ON s.source_id = r.source_id
       WHERE evidence_fts MATCH ? AND ${where.sql} ORDER BY bm25(evidence_fts), e.seq LIMIT ?`,
    )
    .all(match, ...where.values, limit)
    .map((row) => row.seq);
}

type Search = Pick<EvidenceStore, 'countRecords' | 'matchWords' | 'placesOf' | 'placesWithin' | 'recordsAt'>;

/** The part of the evidence store that finds records. */
export function evidenceSearch(connection: Connection): Search {
  return {
    async countRecords(filter) {
      const where = whereOf(filter);
      const from = hasFilter(filter) ? fromRuns : 'FROM runs r';
      const row = connection.db
        .prepare<unknown[], { n: number }>(`SELECT ifnull(sum(r.records), 0) AS n ${from} WHERE ${where.sql}`)
        .get(...where.values);
      return row?.n ?? 0;
    },
    async matchWords(query, filter, limit) {
      const { terms, absent } = termsOf(connection, query);
      if (terms.length === 0) return { seqs: [], terms, absent };
      const match = terms.map((term) => `"${term}"`).join(' OR ');
      return { seqs: rankedPlaces(connection, match, filter, limit), terms, absent };
    },
    async placesOf(filter) {
      const where = whereOf(filter);
      return connection.db
        .prepare<unknown[], { seq: number }>(
          `SELECT e.seq ${fromRuns} JOIN evidence e ON e.run_id = r.run_id WHERE ${where.sql} ORDER BY e.seq`,
        )
        .all(...where.values)
        .map((row) => row.seq);
    },
    async placesWithin(seqs, filter) {
      if (!hasFilter(filter)) return [...seqs];
      const where = whereOf(filter);
      const rows = connection.db
        .prepare<unknown[], { seq: number }>(
          `SELECT e.seq FROM json_each(?) j JOIN evidence e ON e.seq = j.value JOIN runs r ON r.run_id = e.run_id
           JOIN sources s ON s.source_id = r.source_id WHERE ${where.sql} ORDER BY j.key`,
        )
        .all(JSON.stringify(seqs), ...where.values);
      return rows.map((row) => row.seq);
    },
    async recordsAt(seqs) {
      const one = connection.db.prepare<[number], RecordRow>(`SELECT ${recordColumns} FROM evidence WHERE seq = ?`);
      return seqs.flatMap((seq) => {
        const row = one.get(seq);
        return row ? [recordOf(row)] : [];
      });
    },
  };
}
