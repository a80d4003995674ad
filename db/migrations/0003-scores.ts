import type { Migration } from './index.js';

export const migration0003: Migration = {
  name: 'scores',
  sql: ``,
};
