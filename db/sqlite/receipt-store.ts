import { type Receipt, type ReceiptStore, receiptSchema } from '../../src/receipts/model.js';
import type { Connection } from './connection.js';

interface Row {
  readonly body: string;
}

const parse = (row: Row): Receipt => receiptSchema.parse(JSON.parse(row.body));

/** Receipts by content id; putting one twice changes nothing. */
export function createReceiptStore(connection: Connection): ReceiptStore {
  return {
    async putReceipt(receipt) {
      connection.write(() => {
        connection.db
          .prepare('INSERT OR IGNORE INTO receipts (receipt_id, command, ended_at, body) VALUES (?, ?, ?, ?)')
          .run(receipt.receipt_id, receipt.command, receipt.ended_at, JSON.stringify(receipt));
      });
    },
    async getReceipt(receiptId) {
      const row = connection.db.prepare('SELECT body FROM receipts WHERE receipt_id = ?').get(receiptId);
      return row === undefined ? undefined : parse(row as Row);
    },
    async listReceipts(limit, after) {
      const rows = connection.db
        .prepare('SELECT body FROM receipts WHERE receipt_id > ? ORDER BY receipt_id LIMIT ?')
        .all(after ?? '', limit) as Row[];
      return rows.map(parse);
    },
  };
}
