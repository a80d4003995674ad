import { markdown, type Reader } from './body.js';
import { clean } from './quote.js';

export const readDataset: Reader = async (services, { uri, host, path }) => {
  const dataset = path.length === 0 ? await services.store.datasets.getDataset(host) : undefined;
  if (!dataset) return undefined;
  return markdown(uri, `${clean(dataset.card)}\n\nReceipt: receipts://${dataset.receipt_id}`);
};
