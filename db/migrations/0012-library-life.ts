import type { Migration } from './migration.js';

/**
 * The order in which changes were made, for clocks are no order. Only the current version of a name is `active`: one that
 * was left behind by a newer one is `staged` again. The index is for the figures by which versions are promoted.
 */
export const migration0012: Migration = {
  name: 'library-life',
  sql: `
    ALTER TABLE capability_changes ADD COLUMN seq INTEGER;
    UPDATE capability_changes SET seq = ordered.n
      FROM (SELECT change_id, row_number() OVER (ORDER BY at, change_id) AS n FROM capability_changes) AS ordered
      WHERE ordered.change_id = capability_changes.change_id;
    CREATE UNIQUE INDEX capability_changes_by_seq ON capability_changes (seq);
    DROP INDEX capability_changes_by_name;
    CREATE INDEX capability_changes_by_name ON capability_changes (name, seq);

    UPDATE capability_versions SET state = 'staged'
      WHERE state = 'active'
        AND version <> (SELECT current_version FROM capabilities c WHERE c.name = capability_versions.name);

    CREATE INDEX executions_by_version ON executions (name, version, dry_run, succeeded, (error IS NULL));
  `,
};
