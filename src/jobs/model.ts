import type { JsonObject, JsonValue } from '../json.js';

export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;
export type JobState = (typeof jobStates)[number];

export interface Job {
  readonly job_id: string;
  /** Name of the tool whose work it is. */
  readonly kind: string;
  readonly input: JsonObject;
  /** Hash of kind and input: the same call finds its job again. */
  readonly key: string;
  readonly state: JobState;
  readonly via: 'cli' | 'mcp' | 'elicited';
  readonly progress: { readonly done: number; readonly total: number | null; readonly message: string } | null;
  readonly result: JsonValue | null;
  readonly error: { readonly code: string; readonly message: string; readonly fix: string } | null;
  readonly owner: string | null;
  readonly lease_until: string | null;
  readonly cancel_requested: boolean;
  /** true once the result was handed to the call that asked for it */
  readonly delivered: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface JobEvent {
  readonly ts: string;
  readonly job_id: string | null;
  readonly event: string;
  readonly stage: string;
  readonly counts: JsonObject;
}

/** State changes are compare-and-swap: two processes never run one job at a time. */
export interface JobStore {
  /**
   * Returns the live job with this key, or one that ended since `undeliveredSince` and whose result nobody got, else makes a queued one.
   */
  enqueue(job: {
    job_id: string;
    kind: string;
    input: JsonObject;
    key: string;
    via: Job['via'];
    at: string;
    undeliveredSince: string;
  }): Promise<Job>;
  get(jobId: string): Promise<Job | undefined>;
  list(limit: number): Promise<Job[]>;
  /** Takes a queued job, or a running one whose lease ran out. `jobId` narrows it to one. */
  claim(claim: {
    owner: string;
    now: string;
    leaseUntil: string;
    jobId: string | undefined;
    /** Jobs whose withheld input this process has. Those of others are left alone until they must be dead. */
    held: readonly string[];
    othersUntil: string;
  }): Promise<Job | undefined>;
  /** false where the lease was lost. */
  renew(jobId: string, owner: string, leaseUntil: string, progress: Job['progress']): Promise<boolean>;
  finish(
    jobId: string,
    owner: string,
    end: { state: 'done' | 'failed' | 'cancelled'; result: JsonValue | null; error: Job['error']; at: string },
  ): Promise<boolean>;
  /** Gives a running job back to the queue (shutdown). */
  release(jobId: string, owner: string, at: string): Promise<void>;
  requestCancel(jobId: string, at: string): Promise<Job | undefined>;
  markDelivered(jobId: string): Promise<void>;
  putEvents(events: readonly JobEvent[]): Promise<void>;
  events(jobId: string, limit: number): Promise<JobEvent[]>;
}
