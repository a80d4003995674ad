import Database from 'better-sqlite3';
import { translateBusy, translated } from './failures.js';

export type Db = Database.Database;

/** Every database of this process, closed ones too. */
const kept: Db[] = [];

/**
 * Opens a database whose statements are each prepared once and kept, as is the database itself, for as long as the process lives.
 * Node 24.19 and later abort the process when an object of this driver is collected while no JavaScript runs
 * (`RemoveEnvironmentCleanupHook`, env != nullptr): so none ever is. Their number is bounded by the SQL in `db/`.
 */
export function openKept(path: string, options: Database.Options = {}): Db {
  const db = new Database(path, options);
  kept.push(db);
  const prepare = db.prepare.bind(db);
  const statements = new Map<string, Database.Statement>();
  const prepareOnce = (sql: string): Database.Statement => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const pragma = (source: string, { simple = false }: Database.PragmaOptions = {}): unknown => {
    const statement = prepareOnce(`PRAGMA ${source}`);
    if (!statement.reader) return statement.run();
    const rows = statement.all() as Record<string, unknown>[];
    return simple ? Object.values(rows[0] ?? {})[0] : rows;
  };
  const translating = new Map<string, Database.Statement>();
  const prepareTranslating = (sql: string): Database.Statement => {
    const known = translating.get(sql);
    if (known) return known;
    const statement = withTranslation(translateBusy(() => prepareOnce(sql)));
    translating.set(sql, statement);
    return statement;
  };
  return Object.assign(db, { prepare: prepareTranslating as Db['prepare'], pragma });
}

/** A statement whose failures say what to do, whoever runs it: a damaged page shows when it is read. */
function withTranslation(statement: Database.Statement): Database.Statement {
  // Without a closure for each call, of which an import makes two a record.
  const translating =
    <Answer>(method: (this: Database.Statement, ...values: unknown[]) => Answer) =>
    (...values: unknown[]): Answer => {
      try {
        return method.apply(statement, values);
      } catch (error) {
        throw translated(error);
      }
    };
  const { get, all, run } = statement;
  return Object.assign(statement, { get: translating(get), all: translating(all), run: translating(run) });
}
