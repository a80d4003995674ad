import type { Migration } from './index.js';

export const migration0007: Migration = {
  name: 'library',
  sql: ``,
};
