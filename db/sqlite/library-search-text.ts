import { sha256 } from '../../src/hash.js';
import type { CapabilityVersion } from '../../src/library/model.js';
import { embeddingTextOf, searchTextOf } from '../../src/library/search-text.js';
import type { Db } from './kept.js';

/** Makes a version the one that a name's calls and searches reach: the search knows the current version only. */
export function pointAt(db: Db, id: number | bigint, capability: Pick<CapabilityVersion, 'spec' | 'version'>): void {
  const text = embeddingTextOf(capability.spec);
  const indexed = searchTextOf(capability.spec);
  db.prepare('UPDATE capabilities SET current_version = ?, text = ?, text_hash = ? WHERE id = ?').run(
    capability.version,
    text,
    sha256(text),
    id,
  );
  db.prepare('DELETE FROM capability_text WHERE rowid = ?').run(id);
  db.prepare('INSERT INTO capability_text (rowid, name, summary, body, examples) VALUES (?, ?, ?, ?, ?)').run(
    id,
    indexed.name,
    indexed.summary,
    indexed.body,
    indexed.examples,
  );
}
