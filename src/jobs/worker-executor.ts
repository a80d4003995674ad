import type { Worker } from 'node:worker_threads';
import type { Config } from '../config.js';
import { type ErrorCode, FoundryError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { startWorker } from '../workers.js';
import type { JobExecutor } from './executor.js';
import type { Job } from './model.js';

/** What the worker says. */
export type WorkerMessage =
  | {
      readonly type: 'progress';
      readonly job_id: string;
      readonly done: number;
      readonly total: number | undefined;
      readonly message: string;
    }
  | { readonly type: 'done'; readonly job_id: string; readonly result: JsonObject }
  | {
      readonly type: 'failed';
      readonly job_id: string;
      readonly error: { code: ErrorCode; message: string; fix: string };
    };

/** What the worker is told. */
export type WorkerRequest =
  | { readonly type: 'run'; readonly job: Job }
  | { readonly type: 'cancel'; readonly job_id: string };

interface Running {
  progress(done: number, total: number | undefined, message: string): void;
  resolve(result: JsonObject): void;
  reject(error: FoundryError): void;
}

/** Runs jobs on a worker thread that has services and a store connection of its own, so that the server answers meanwhile. */
export function createWorkerExecutor(config: Config): JobExecutor {
  let worker: Worker | undefined;
  const running = new Map<string, Running>();

  const lost = (code: number): void => {
    worker = undefined;
    for (const job of running.values()) {
      job.reject(
        new FoundryError(
          'internal',
          `The worker that did the job ended (${code}).`,
          'Call again: finished steps are kept.',
        ),
      );
    }
    running.clear();
  };

  const start = (): Worker => {
    const started = startWorker(new URL('./worker.js', import.meta.url), { workerData: config });
    started.on('message', (message: WorkerMessage) => {
      const job = running.get(message.job_id);
      if (message.type === 'progress') job?.progress(message.done, message.total, message.message);
      else if (message.type === 'done') job?.resolve(message.result);
      else job?.reject(new FoundryError(message.error.code, message.error.message, message.error.fix));
    });
    started.on('error', () => lost(1));
    started.on('exit', (code) => lost(code));
    started.unref();
    return started;
  };

  return {
    async execute(job, context) {
      worker ??= start();
      const target = worker;
      const cancel = (): void => target.postMessage({ type: 'cancel', job_id: job.job_id } satisfies WorkerRequest);
      context.signal.addEventListener('abort', cancel, { once: true });
      try {
        return await new Promise<JsonObject>((resolve, reject) => {
          running.set(job.job_id, { progress: context.progress, resolve, reject });
          target.postMessage({ type: 'run', job } satisfies WorkerRequest);
        });
      } finally {
        running.delete(job.job_id);
        context.signal.removeEventListener('abort', cancel);
      }
    },
    async close() {
      const ending = worker;
      worker = undefined;
      running.clear();
      await ending?.terminate();
    },
  };
}
