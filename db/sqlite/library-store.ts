import { FoundryError } from '../../src/errors.js';
import { type CapabilityVersion, type LibraryStore, stateSchema } from '../../src/library/model.js';
import { specTestSchema } from '../../src/specs/model.js';
import type { Connection, Statement } from './connection.js';
import { type VersionRow, versionOf } from './library-rows.js';
import { pointAt } from './library-search-text.js';
import { createLibraryUse } from './library-use.js';

const maxQueryWords = 16;

/** An OR over the words of a query, each quoted, so that nothing in it is FTS5 syntax; undefined where there are none. */
function matchOf(query: string): string | undefined {
  const found = new Set(query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const kept = [...found].filter((word) => !stopWords.has(word)).slice(0, maxQueryWords);
  return kept.length === 0 ? undefined : kept.map((word) => `"${word}"`).join(' OR ');
}

const stopWords = new Set(
  'a an and are as at be by can do does for from how i if in into is it me my of on or that the their this to what when where which who with you'.split(
    ' ',
  ),
);

/** The library: versions are only ever added; what moves is the current one and each version's state. */
export function createLibraryStore(connection: Connection): LibraryStore {
  const prepared = new Map<string, Statement>();
  const sql = (text: string): Statement => {
    const known = prepared.get(text) ?? connection.db.prepare(text);
    prepared.set(text, known);
    return known;
  };
  const currentOf = (name: string): { id: number; current_version: number } | undefined =>
    sql('SELECT id, current_version FROM capabilities WHERE name = ?').get(name) as
      | { id: number; current_version: number }
      | undefined;
  const rowOf = (name: string, version: number): VersionRow | undefined =>
    sql('SELECT * FROM capability_versions WHERE name = ? AND version = ?').get(name, version) as
      | VersionRow
      | undefined;

  function insertVersion(capability: CapabilityVersion): void {
    sql(
      `INSERT INTO capability_versions (name, version, kind, content_hash, spec, code, language, spec_id, attempt_id, generator,
         report, destructive, state, created_at, supersedes)
       VALUES (@name, @version, @kind, @content_hash, @spec, @code, @language, @spec_id, @attempt_id, @generator, @report,
         @destructive, @state, @created_at, @supersedes)`,
    ).run({
      ...capability,
      spec: JSON.stringify(capability.spec),
      report: JSON.stringify(capability.report),
      destructive: capability.destructive ? 1 : 0,
    });
  }

  const use = createLibraryUse(connection, sql);
  return {
    ...use,

    async admit(capability, expectedCurrent, record) {
      return connection.write(() => {
        const same = sql('SELECT * FROM capability_versions WHERE name = ? AND content_hash = ?').get(
          capability.name,
          capability.content_hash,
        ) as VersionRow | undefined;
        if (same) return versionOf(same);
        const known = currentOf(capability.name);
        if ((known?.current_version ?? null) !== expectedCurrent)
          throw movedOn(capability.name, known?.current_version);
        const newest = sql('SELECT max(version) AS version FROM capability_versions WHERE name = ?').get(
          capability.name,
        ) as { version: number | null };
        const admitted: CapabilityVersion = {
          ...capability,
          version: (newest.version ?? 0) + 1,
          supersedes: expectedCurrent,
        };
        const id =
          known?.id ??
          sql("INSERT INTO capabilities (name, current_version, text_hash, text) VALUES (?, 1, '', '')").run(
            capability.name,
          ).lastInsertRowid;
        insertVersion(admitted);
        const keeper = known && rowOf(capability.name, known.current_version);
        const isKept = keeper?.state === 'active';
        if (!isKept) pointAt(connection.db, id, admitted);
        if (record) use.insertChange(record(admitted, isKept ? keeper.version : admitted.version));
        return admitted;
      });
    },

    async get(name, version) {
      const wanted = version ?? currentOf(name)?.current_version;
      const row = wanted === undefined ? undefined : rowOf(name, wanted);
      return row && versionOf(row);
    },

    async versions(name) {
      const rows = sql('SELECT * FROM capability_versions WHERE name = ? ORDER BY version').all(name) as VersionRow[];
      return rows.map(versionOf);
    },

    async list(filter, limit, afterName = '') {
      const rows = sql(
        `SELECT v.* FROM capabilities c JOIN capability_versions v ON v.name = c.name AND v.version = c.current_version
         WHERE c.name > @after AND (@kind IS NULL OR v.kind = @kind) AND (@state IS NULL OR v.state = @state)
         ORDER BY c.name LIMIT @limit`,
      ).all({ after: afterName, kind: filter.kind ?? null, state: filter.state ?? null, limit }) as VersionRow[];
      return rows.map(versionOf);
    },

    async count(filter) {
      const row = sql(
        `SELECT count(*) AS n FROM capabilities c JOIN capability_versions v ON v.name = c.name AND v.version = c.current_version
         WHERE (@kind IS NULL OR v.kind = @kind) AND (@state IS NULL OR v.state = @state)`,
      ).get({ kind: filter.kind ?? null, state: filter.state ?? null }) as { n: number };
      return row.n;
    },

    async namesStartingWith(prefix, limit) {
      const rows = sql('SELECT name FROM capabilities WHERE substr(name, 1, length(?)) = ? ORDER BY name LIMIT ?').all(
        prefix,
        prefix,
        limit,
      ) as { name: string }[];
      return rows.map((row) => row.name);
    },

    async callersOf(name) {
      const rows = sql(
        `SELECT v.* FROM capabilities c JOIN capability_versions v ON v.name = c.name AND v.version = c.current_version
         WHERE EXISTS (SELECT 1 FROM json_each(v.spec, '$.dependencies.capabilities') WHERE value = ?) ORDER BY c.name`,
      ).all(name) as VersionRow[];
      return rows.map(versionOf);
    },

    async move({ name, states, current, change }) {
      return connection.write(() => {
        const known = currentOf(name);
        const target = rowOf(name, current.to);
        if (!known || !target || known.current_version !== current.from) return false;
        // All is looked at before anything is written.
        if (states.some(({ version, from }) => rowOf(name, version)?.state !== from)) return false;
        for (const { version, to } of states) {
          sql('UPDATE capability_versions SET state = ? WHERE name = ? AND version = ?').run(to, name, version);
        }
        if (current.to !== current.from) pointAt(connection.db, known.id, versionOf(target));
        use.insertChange(change);
        return true;
      });
    },

    async searchText(query, limit) {
      const match = matchOf(query);
      if (match === undefined) return [];
      const rows = sql(
        `SELECT c.name AS name, -bm25(capability_text, 8.0, 6.0, 3.0, 1.0) AS score
         FROM capability_text JOIN capabilities c ON c.id = capability_text.rowid
         WHERE capability_text MATCH ? ORDER BY score DESC, c.name LIMIT ?`,
      ).all(match, limit) as { name: string; score: number }[];
      return rows;
    },

    async textHashes() {
      const rows = sql(
        `SELECT c.name, c.text_hash, v.version, v.state
         FROM capabilities c JOIN capability_versions v ON v.name = c.name AND v.version = c.current_version ORDER BY c.name`,
      ).all() as { name: string; text_hash: string; version: number; state: string }[];
      return rows.map((row) => ({ ...row, state: stateSchema.parse(row.state) }));
    },

    async textsOf(names) {
      const rows = sql(
        'SELECT name, text FROM capabilities WHERE name IN (SELECT value FROM json_each(?)) ORDER BY name',
      ).all(JSON.stringify(names)) as { name: string; text: string }[];
      return new Map(rows.map((row) => [row.name, row.text]));
    },

    async testsForGate(name, version) {
      const row = rowOf(name, version);
      if (!row) return { visible: [], hidden: [] };
      const hidden = sql('SELECT test FROM hidden_tests WHERE spec_id = ? ORDER BY ordinal').all(row.spec_id) as {
        test: string;
      }[];
      return {
        visible: versionOf(row).spec.tests,
        hidden: hidden.map((entry) => specTestSchema.parse(JSON.parse(entry.test))),
      };
    },
  };
}

function movedOn(name: string, current: number | undefined): FoundryError {
  return current === undefined
    ? new FoundryError('conflict', `There is no capability "${name}" to supersede.`, 'Leave supersedes out.')
    : new FoundryError(
        'conflict',
        `"${name}" already exists; its current version is ${current}.`,
        `Choose another name, or pass supersedes: "${name}" to add a version that must also pass the tests of that one.`,
      );
}
