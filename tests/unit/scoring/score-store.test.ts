import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../db/sqlite/connection.js';
import { createScoreStore } from '../../../db/sqlite/score-store.js';
import type { Category, ScoredRun, ScoreStore } from '../../../src/scoring/model.js';

const at = '2026-01-01T00:00:00.000Z';

function score(runId: string, category: Category, inputHash = 'h1'): ScoredRun {
  return {
    schema_version: 1,
    run_id: runId,
    category,
    reasons: [{ marker: 'reward_full', severity: 'info', message: 'Reward 1.', evidence_id: null }],
    scorer_version: 'scorer@1',
    input_hash: inputHash,
    scored_at: at,
    via: 'cli',
  };
}

describe('the score store', () => {
  let folder: string;
  let connection: Connection;
  let store: ScoreStore;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'foundry-scores-'));
    connection = new Connection(join(folder, 'foundry.db'));
    store = createScoreStore(connection);
  });
  afterEach(() => {
    connection.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const view = (): Record<string, string> =>
    Object.fromEntries(
      (
        connection.db.prepare('SELECT run_id, category FROM current_scores').all() as {
          run_id: string;
          category: string;
        }[]
      ).map((row) => [row.run_id, row.category]),
    );
  const stored = (): number => (connection.db.prepare('SELECT count(*) AS n FROM scores').get() as { n: number }).n;

  it('adds nothing where the same version already judged the same input', async () => {
    await store.putScores([score('r1', 'accepted')]);
    await store.putScores([score('r1', 'accepted')]);
    expect(stored()).toBe(1);
  });

  it('lets the newest score count, also when an earlier input comes back', async () => {
    await store.putScores([score('r1', 'needs_human_review', 'not trusted')]);
    await store.putScores([score('r1', 'accepted', 'trusted')]);
    expect((await store.effective(['r1'])).get('r1')?.category).toBe('accepted');
    await store.putScores([score('r1', 'needs_human_review', 'not trusted')]);
    expect((await store.effective(['r1'])).get('r1')?.category).toBe('needs_human_review');
    expect(view()).toEqual({ r1: 'needs_human_review' });
  });

  it('sends every run with a suggestion to review, whatever was suggested', async () => {
    await store.putScores([score('good', 'accepted'), score('bad', 'rejected')]);
    await store.putSuggestion({ run_id: 'good', category: 'rejected', reason: 'no', at, via: 'mcp' });
    await store.putSuggestion({ run_id: 'bad', category: 'accepted', reason: 'yes', at, via: 'mcp' });
    await store.putSuggestion({ run_id: 'new', category: 'accepted', reason: 'yes', at, via: 'mcp' });
    const found = await store.effective(['good', 'bad', 'new']);
    expect([...found.values()].map((standing) => standing.category)).toEqual([
      'needs_human_review',
      'needs_human_review',
      'needs_human_review',
    ]);
    expect(found.get('good')?.reasons.map((reason) => reason.marker)).toEqual(['suggestion', 'reward_full']);
    expect(view()).toEqual({ good: 'needs_human_review', bad: 'needs_human_review', new: 'needs_human_review' });
  });

  it("lets a person's newest word stand over scores and over later suggestions", async () => {
    await store.putScores([score('r1', 'rejected')]);
    await store.putOverride({ run_id: 'r1', category: 'accepted', reason: 'grader was wrong', at, via: 'cli' });
    await store.putSuggestion({ run_id: 'r1', category: 'accepted', reason: 'same', at, via: 'mcp' });
    expect((await store.effective(['r1'])).get('r1')).toMatchObject({ category: 'accepted', via: 'cli' });
    await store.putOverride({ run_id: 'r1', category: 'rejected', reason: 'no, it was right', at, via: 'elicited' });
    expect((await store.effective(['r1'])).get('r1')?.category).toBe('rejected');
    expect(view()).toEqual({ r1: 'rejected' });
    expect(await store.suggestions('r1')).toHaveLength(1);
  });

  it('refuses an override that claims to have come over MCP', async () => {
    const forged = { run_id: 'r1', category: 'accepted', reason: 'trust me', at, via: 'mcp' };
    await expect(store.putOverride(forged as never)).rejects.toThrow();
    expect(view()).toEqual({});
  });
});
