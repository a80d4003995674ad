/** Every model call; the rows with a response are the response cache as well. */
export const modelCallsSql = `
  CREATE TABLE model_calls (
    call_id INTEGER PRIMARY KEY,
    request_hash TEXT NOT NULL,
    ts TEXT NOT NULL,
    stage TEXT NOT NULL,
    model TEXT NOT NULL,
    duration_sec REAL NOT NULL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    total_tokens INTEGER,
    prompt_chars INTEGER NOT NULL,
    completion_chars INTEGER NOT NULL,
    cost_usd REAL,
    cached INTEGER NOT NULL CHECK (cached IN (0, 1)),
    response TEXT,
    error TEXT
  ) STRICT;
  CREATE INDEX model_calls_answered ON model_calls (request_hash) WHERE response IS NOT NULL;
  CREATE INDEX model_calls_by_time ON model_calls (ts);
`;
