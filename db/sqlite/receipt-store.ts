import type { ReceiptStore } from '../../src/receipts/model.js';
import type { Connection } from './connection.js';

export function createReceiptStore(_connection: Connection): ReceiptStore {
  throw new Error('not built yet');
}
