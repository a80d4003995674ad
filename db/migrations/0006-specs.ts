import type { Migration } from './index.js';

export const migration0006: Migration = {
  name: 'specs',
  sql: ``,
};
