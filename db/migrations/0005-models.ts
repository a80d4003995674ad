import type { Migration } from './index.js';

export const migration0005: Migration = {
  name: 'models',
  sql: ``,
};
