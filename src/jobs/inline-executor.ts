import { FoundryError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { type OperationServices, operations } from '../operations.js';
import type { JobExecutor } from './executor.js';

/** Runs jobs on this thread: for the command line, where nothing else waits, and inside the worker. */
export function createInlineExecutor(services: () => OperationServices): JobExecutor {
  return {
    async execute(job, context) {
      const operation = operations[job.kind];
      if (!operation)
        throw new FoundryError('invalid_input', `There is no work named ${job.kind}.`, 'Use one of the tools.');
      return (await operation(services(), job.input, { ...context, via: job.via })) as JsonObject;
    },
    async close() {},
  };
}
