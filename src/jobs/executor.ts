import type { JsonObject } from '../json.js';
import type { Job } from './model.js';

/** Does the work of one job. A failure is thrown as a FoundryError. */
export interface JobExecutor {
  execute(
    job: Job,
    context: { readonly signal: AbortSignal; progress(done: number, total: number | undefined, message: string): void },
  ): Promise<JsonObject>;
  close(): Promise<void>;
}
