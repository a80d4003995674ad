import type { Migration } from './index.js';

export const migration0002: Migration = {
  name: 'evidence',
  sql: ``,
};
