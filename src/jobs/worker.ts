import { parentPort, workerData } from 'node:worker_threads';
import type { Config } from '../config.js';
import { toFoundryError } from '../errors.js';
import { createServices } from '../services.js';
import { createInlineExecutor } from './inline-executor.js';
import type { Job } from './model.js';
import type { WorkerMessage, WorkerRequest } from './worker-executor.js';

// The thread on which the jobs of a server run. Its services, store connection and sandboxes are its own.
const port = parentPort;
if (!port) throw new Error('this file is the entry of a worker thread');
const services = createServices(workerData as Config, { jobs: 'none' });
const executor = createInlineExecutor(() => services);
const aborts = new Map<string, AbortController>();

const say = (message: WorkerMessage): void => port.postMessage(message);

async function run(job: Job): Promise<void> {
  const abort = new AbortController();
  aborts.set(job.job_id, abort);
  try {
    const result = await executor.execute(job, {
      signal: abort.signal,
      progress: (done, total, message) => say({ type: 'progress', job_id: job.job_id, done, total, message }),
    });
    say({ type: 'done', job_id: job.job_id, result });
  } catch (error) {
    const { code, message, fix } = toFoundryError(error, job.kind, services.log.report);
    say({ type: 'failed', job_id: job.job_id, error: { code, message, fix } });
  } finally {
    aborts.delete(job.job_id);
  }
}

port.on('message', (request: WorkerRequest) => {
  if (request.type === 'run') void run(request.job);
  else aborts.get(request.job_id)?.abort();
});
