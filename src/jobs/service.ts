import type { Via } from '../context.js';
import type { JsonObject } from '../json.js';
import type { Job } from './model.js';

export interface JobAnswer {
  readonly job_id: string;
  readonly job_state: 'queued' | 'running' | 'done' | 'cancelled';
  /** The operation's output when done. */
  readonly result?: JsonObject;
  readonly progress?: Job['progress'];
}

export type ProgressListener = (done: number, total: number | undefined, message: string) => void;

export interface JobService {
  /**
   * Starts the work, or joins the job that the same call started before, and waits up to `waitMs` for it.
   * Aborting `signal` ends the waiting, never the job.
   * @throws FoundryError the error of a job that failed
   */
  run(
    kind: string,
    input: JsonObject,
    options: { via: Via; waitMs: number; signal: AbortSignal; onProgress?: ProgressListener },
  ): Promise<JobAnswer>;
  /** Waits for a job. @throws FoundryError not_found, or the error of a job that failed */
  wait(
    jobId: string,
    options: { waitMs: number; signal: AbortSignal; onProgress?: ProgressListener },
  ): Promise<JobAnswer>;
  cancel(jobId: string): Promise<Job>;
  /** Takes up what a dead process left behind; called on the first real request. */
  resume(): Promise<void>;
  /** Running jobs go back to the queue. */
  close(): Promise<void>;
}
