import { given, receiptOfFailure } from '../receipts/receipted.js';
import { buildSft } from './build-sft.js';
import type { DatasetDeps } from './deps.js';
import type { DatasetService } from './service.js';
import { verifyDataset } from './verify.js';

export type { DatasetDeps } from './deps.js';

export function createDatasetService(deps: DatasetDeps): DatasetService {
  return {
    buildSft(input, context) {
      const { name, format } = input;
      return receiptOfFailure(deps, {
        command: 'build_sft',
        arguments: given({ name, format }),
        via: context.via,
        work: () => buildSft(deps, input, context),
      });
    },
    verify: (dir) => verifyDataset(deps, dir),
  };
}
