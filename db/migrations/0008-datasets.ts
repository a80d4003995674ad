import type { Migration } from './index.js';

export const migration0008: Migration = {
  name: 'datasets',
  sql: ``,
};
