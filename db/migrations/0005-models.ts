import { embeddingsSql } from './0005-embeddings-sql.js';
import { modelCallsSql } from './0005-model-calls-sql.js';
import type { Migration } from './migration.js';

export const migration0005: Migration = {
  name: 'models',
  sql: `${embeddingsSql}${modelCallsSql}`,
};
