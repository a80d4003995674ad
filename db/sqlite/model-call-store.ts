import type { ModelCall, ModelCallStore } from '../../src/models/model.js';
import type { Connection } from './connection.js';

interface CallRow extends Omit<ModelCall, 'cached'> {
  cached: number;
}

const columns = `request_hash, ts, stage, model, duration_sec, prompt_tokens, completion_tokens, total_tokens,
  prompt_chars, completion_chars, cost_usd, cached, response, error`;

function toCall(row: CallRow): ModelCall {
  return { ...row, cached: row.cached === 1 };
}

/** An append-only log. A row served from the cache points at its answer by `request_hash` and does not repeat it. */
export function createModelCallStore(connection: Connection): ModelCallStore {
  return {
    async cached(requestHash) {
      const row = connection.db
        .prepare(
          `SELECT ${columns} FROM model_calls WHERE request_hash = ? AND response IS NOT NULL ORDER BY call_id LIMIT 1`,
        )
        .get(requestHash);
      return row === undefined ? undefined : toCall(row as CallRow);
    },
    async put(call) {
      connection.write(() => {
        connection.db
          .prepare(
            `INSERT INTO model_calls (${columns}) VALUES (@request_hash, @ts, @stage, @model, @duration_sec, @prompt_tokens,
             @completion_tokens, @total_tokens, @prompt_chars, @completion_chars, @cost_usd, @cached, @response, @error)`,
          )
          .run({ ...call, cached: call.cached ? 1 : 0, response: call.cached ? null : call.response });
      });
    },
    async list(limit, since) {
      const rows = connection.db
        .prepare(
          `SELECT * FROM (SELECT call_id, ${columns} FROM model_calls WHERE ts >= ? ORDER BY call_id DESC LIMIT ?)
           ORDER BY call_id`,
        )
        .all(since ?? '', limit) as (CallRow & { call_id: number })[];
      return rows.map(({ call_id: _, ...row }) => toCall(row));
    },
    async totals() {
      return connection.db
        .prepare(
          `SELECT stage, model, count(*) AS calls, sum(cached) AS cached,
             sum(CASE WHEN cached = 0 AND response IS NULL THEN 1 ELSE 0 END) AS failed,
             sum(coalesce(total_tokens, 0)) AS total_tokens, sum(prompt_chars) AS prompt_chars,
             sum(completion_chars) AS completion_chars, total(cost_usd) AS cost_usd
           FROM model_calls GROUP BY stage, model ORDER BY stage, model`,
        )
        .all() as Awaited<ReturnType<ModelCallStore['totals']>>;
    },
  };
}
