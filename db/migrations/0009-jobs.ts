import type { Migration } from './index.js';

export const migration0009: Migration = {
  name: 'jobs',
  sql: ``,
};
