import { type KnowledgeStore, type Playbook, playbookSchema } from '../../src/knowledge/model.js';
import type { Connection } from './connection.js';
import type { Db } from './kept.js';

/** Every run whose records a playbook names: those that it was made of, and those that failed. */
function runsOf(playbook: Playbook): Set<string> {
  const named = [...JSON.stringify(playbook).matchAll(/"run_id":"([^"]+)"/g)].map((match) => match[1] ?? '');
  return new Set([...playbook.source_run_ids, ...named]);
}

function put(db: Db, playbook: Playbook): void {
  const added = db
    .prepare(
      'INSERT OR IGNORE INTO playbooks (playbook_id, task_type, support, body, created_at) VALUES (?, ?, ?, ?, ?)',
    )
    .run(playbook.playbook_id, playbook.task_type, playbook.support, JSON.stringify(playbook), playbook.created_at);
  if (added.changes === 0) return;
  const link = db.prepare('INSERT OR IGNORE INTO playbook_runs (run_id, playbook_id) VALUES (?, ?)');
  for (const runId of runsOf(playbook)) link.run(runId, playbook.playbook_id);
}

/** Playbooks by content id. */
export function createKnowledgeStore(connection: Connection): KnowledgeStore {
  return {
    async putPlaybooks(playbooks) {
      connection.write(() => {
        for (const playbook of playbooks) put(connection.db, playbookSchema.parse(playbook));
      });
    },
    async getPlaybook(playbookId) {
      const row = connection.db.prepare('SELECT body FROM playbooks WHERE playbook_id = ?').get(playbookId);
      return row === undefined ? undefined : playbookSchema.parse(JSON.parse((row as { body: string }).body));
    },
    async playbookIdsStartingWith(prefix, limit) {
      const rows = connection.db
        .prepare(
          'SELECT playbook_id FROM playbooks WHERE substr(playbook_id, 1, length(?)) = ? ORDER BY playbook_id LIMIT ?',
        )
        .all(prefix, prefix, limit) as { playbook_id: string }[];
      return rows.map((row) => row.playbook_id);
    },
  };
}
