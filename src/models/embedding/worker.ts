import { parentPort } from 'node:worker_threads';
import { createEngine, type Engine } from './engine.js';
import type { EngineAnswer, EngineRequest } from './local.js';
import { loadRuntime } from './runtime.js';

// The thread on which the offline model runs. Requests are answered in the order in which they came.
const port = parentPort;
if (!port) throw new Error('this file is the entry of a worker thread');

let loading: Promise<Engine> | undefined;
let last: Promise<void> = Promise.resolve();

async function answer(request: EngineRequest): Promise<void> {
  try {
    loading ??= loadRuntime().then(createEngine);
    const rows = await (await loading).embed(request.recipe, request.texts);
    port?.postMessage({ id: request.id, rows } satisfies EngineAnswer, [rows.buffer as ArrayBuffer]);
  } catch (error) {
    port?.postMessage({ id: request.id, error: error instanceof Error ? error.message : String(error) });
  }
}

port.on('message', (request: EngineRequest) => {
  last = last.then(() => answer(request));
});
