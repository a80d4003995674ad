/**
 * Vectors are float32 BLOBs: the same bytes serve sqlite-vec's distance functions and an in-process scan. A space is one
 * model (with its recipe and version) at one dimension, so vectors of two models can never be compared.
 */
export const embeddingsSql = `
  CREATE TABLE embedding_spaces (
    space_id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    dimensions INTEGER NOT NULL CHECK (dimensions > 0),
    UNIQUE (model, dimensions)
  ) STRICT;
  CREATE TABLE embeddings (
    space_id INTEGER NOT NULL REFERENCES embedding_spaces (space_id),
    text_hash TEXT NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (space_id, text_hash)
  ) STRICT;
  CREATE TABLE embedding_index (
    family TEXT NOT NULL,
    space_id INTEGER NOT NULL REFERENCES embedding_spaces (space_id),
    key TEXT NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (family, space_id, key)
  ) STRICT;
`;
