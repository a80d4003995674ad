import Database from 'better-sqlite3';
import { FoundryError } from '../../src/errors.js';

function codeOf(error: unknown): string {
  return error instanceof Database.SqliteError ? error.code : '';
}

export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

export function cannotBeWritten(cause: unknown): FoundryError {
  return new FoundryError(
    'needs_setup',
    'The store cannot be written.',
    'Make the data folder writable, or set FOUNDRY_HOME to one that is.',
    { cause },
  );
}

export function damagedFile(cause?: unknown): FoundryError {
  return new FoundryError(
    'needs_setup',
    'The database file is damaged or is not a database.',
    'Restore it from a copy, or set FOUNDRY_DB to a new file and import the logs again.',
    { cause },
  );
}

/** What a failure of SQLite means for whoever reads the message; anything else stays what it is. */
export function translated(error: unknown): unknown {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_BUSY')) {
    return new FoundryError(
      'busy',
      'Another process is writing to the store.',
      'Repeat the same call in about 2 seconds.',
      { cause: error },
    );
  }
  if (code === 'SQLITE_FULL') {
    return new FoundryError(
      'limit',
      'The disk that holds the store is full.',
      'Free some space; nothing that was stored is lost.',
      { cause: error },
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) return cannotBeWritten(error);
  // A file that ends within a page was cut.
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_IOERR_SHORT_READ') {
    return damagedFile(error);
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new FoundryError(
      'needs_setup',
      'The disk refused to read or write a file of the store.',
      'Check whether the disk has room and is sound, its quota, and the limit on the size of files. Nothing that was stored is lost.',
      { cause: error },
    );
  }
  return error;
}

/** SQLite's busy, full, read-only, failing and damaged states become errors that say what to do. */
export function translateBusy<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translated(error);
  }
}
