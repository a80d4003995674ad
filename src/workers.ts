import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from a module of this program, named by its compiled name (`./worker.js` beside the caller).
 * Where the program runs from its TypeScript sources, the worker does as well, through the `tsx` loader.
 * What the worker prints goes to stderr: stdout may belong to a protocol.
 */
export function startWorker(module: URL, options: WorkerOptions = {}): Worker {
  const own = { ...options, stdout: true };
  const worker = existsSync(fileURLToPath(module))
    ? new Worker(module, own)
    : new Worker(fromSource(new URL(module.href.replace(/\.js$/, '.ts'))), { ...own, eval: true, execArgv: [] });
  worker.stdout.pipe(process.stderr, { end: false });
  return worker;
}

/** Loader flags do not reach the threads of every Node release; registering the loader inside the thread does. */
function fromSource(entry: URL): string {
  const loader = import.meta.resolve('tsx/esm/api');
  return `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}); });`;
}
