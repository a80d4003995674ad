import type { Dataset, DatasetRow, DatasetStore } from '../../src/datasets/model.js';
import type { Connection } from './connection.js';

interface DatasetColumns {
  readonly dataset_id: string;
  readonly name: string;
  readonly kind: Dataset['kind'];
  readonly format: string;
  readonly config: string;
  readonly rows: number;
  readonly files: string;
  readonly excluded: string;
  readonly card: string;
  readonly output_dir: string;
  readonly receipt_id: string;
  readonly created_at: string;
}

interface RowColumns {
  readonly row_id: string;
  readonly split: string;
  readonly run_id: string;
  readonly evidence_ids: string;
}

function toDataset(columns: DatasetColumns): Dataset {
  return {
    ...columns,
    config: JSON.parse(columns.config),
    files: JSON.parse(columns.files) as Dataset['files'],
    excluded: JSON.parse(columns.excluded) as Dataset['excluded'],
  };
}

function toRow(columns: RowColumns): DatasetRow {
  return { ...columns, evidence_ids: JSON.parse(columns.evidence_ids) as string[] };
}

const columnNames =
  'dataset_id, name, kind, format, config, rows, files, excluded, card, output_dir, receipt_id, created_at';

/** Data sets by content id. The same data set built again replaces its card, receipt, place and where its rows come from. */
export function createDatasetStore(connection: Connection): DatasetStore {
  return {
    async putDataset(dataset, rows) {
      connection.write(() => {
        connection.db
          .prepare(
            `INSERT INTO datasets (${columnNames}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (dataset_id) DO UPDATE SET config = excluded.config, files = excluded.files, excluded = excluded.excluded,
               card = excluded.card, output_dir = excluded.output_dir, receipt_id = excluded.receipt_id, created_at = excluded.created_at`,
          )
          .run(
            dataset.dataset_id,
            dataset.name,
            dataset.kind,
            dataset.format,
            JSON.stringify(dataset.config),
            dataset.rows,
            JSON.stringify(dataset.files),
            JSON.stringify(dataset.excluded),
            dataset.card,
            dataset.output_dir,
            dataset.receipt_id,
            dataset.created_at,
          );
        connection.db.prepare('DELETE FROM dataset_rows WHERE dataset_id = ?').run(dataset.dataset_id);
        const insert = connection.db.prepare(
          `INSERT INTO dataset_rows (dataset_id, ordinal, row_id, split, run_id, evidence_ids)
           VALUES (?, ?, ?, ?, ?, ?)`,
        );
        rows.forEach((row, ordinal) => {
          insert.run(dataset.dataset_id, ordinal, row.row_id, row.split, row.run_id, JSON.stringify(row.evidence_ids));
        });
      });
    },
    async getDataset(datasetId) {
      const row = connection.db.prepare(`SELECT ${columnNames} FROM datasets WHERE dataset_id = ?`).get(datasetId);
      return row === undefined ? undefined : toDataset(row as DatasetColumns);
    },
    async listDatasets(limit, after) {
      const rows = connection.db
        .prepare(`SELECT ${columnNames} FROM datasets WHERE dataset_id > ? ORDER BY dataset_id LIMIT ?`)
        .all(after ?? '', limit) as DatasetColumns[];
      return rows.map(toDataset);
    },
    async rowsOf(datasetId) {
      const rows = connection.db
        .prepare('SELECT row_id, split, run_id, evidence_ids FROM dataset_rows WHERE dataset_id = ? ORDER BY ordinal')
        .all(datasetId) as RowColumns[];
      return rows.map(toRow);
    },
  };
}
