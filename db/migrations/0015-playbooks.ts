import type { Migration } from './migration.js';

/** `playbook_runs` leads from a run to what was derived from it: what is forgotten takes its playbooks with it. */
export const migration0015: Migration = {
  name: 'playbooks',
  sql: `
    CREATE TABLE playbooks (
      playbook_id TEXT PRIMARY KEY,
      task_type TEXT NOT NULL,
      support INTEGER NOT NULL,
      body TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE playbook_runs (
      run_id TEXT NOT NULL,
      playbook_id TEXT NOT NULL REFERENCES playbooks (playbook_id) ON DELETE CASCADE,
      PRIMARY KEY (run_id, playbook_id)
    ) STRICT, WITHOUT ROWID;
  `,
};
