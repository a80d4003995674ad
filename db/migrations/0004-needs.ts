import type { Migration } from './index.js';

export const migration0004: Migration = {
  name: 'needs',
  sql: ``,
};
