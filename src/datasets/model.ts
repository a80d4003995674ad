export interface DatasetFile {
  readonly path: string;
  readonly split: string;
  readonly rows: number;
  readonly sha256: string;
}

export interface Dataset {
  readonly dataset_id: string;
  readonly name: string;
  readonly kind: 'sft' | 'preference' | 'rag';
  readonly format: string;
  readonly config: unknown;
  readonly rows: number;
  readonly files: readonly DatasetFile[];
  readonly excluded: Readonly<Record<string, number>>;
  readonly card: string;
  readonly output_dir: string;
  readonly receipt_id: string;
  readonly created_at: string;
}

export interface DatasetRow {
  readonly row_id: string;
  readonly split: string;
  readonly run_id: string;
  readonly evidence_ids: readonly string[];
}

export interface DatasetStore {
  putDataset(dataset: Dataset, rows: readonly DatasetRow[]): Promise<void>;
  getDataset(datasetId: string): Promise<Dataset | undefined>;
  listDatasets(limit: number, after?: string): Promise<Dataset[]>;
  rowsOf(datasetId: string): Promise<DatasetRow[]>;
}
