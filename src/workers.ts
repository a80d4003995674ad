import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from a module of this program, named by its compiled name (`./worker.js` beside the caller).
 * Where the program runs from its TypeScript sources, the worker does as well, through the `tsx` loader.
 * What the worker prints goes to stderr: stdout may belong to a protocol.
 */
export function startWorker(module: URL, options: WorkerOptions = {}): Worker {
  const compiled = existsSync(fileURLToPath(module));
  const entry = compiled ? module : new URL(module.href.replace(/\.js$/, '.ts'));
  // Piping the worker's stdout from out here would keep the process alive after `unref`.
  const quiet = 'process.stdout.write = process.stderr.write.bind(process.stderr);';
  return new Worker(`${quiet} ${compiled ? load(entry) : loadSource(entry)}`, { ...options, eval: true, execArgv: [] });
}

function load(entry: URL): string {
  return `import(${JSON.stringify(entry.href)})`;
}

/** Loader flags do not reach the threads of every Node release; registering the loader inside the thread does. */
function loadSource(entry: URL): string {
  const loader = import.meta.resolve('tsx/esm/api');
  return `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return ${load(entry)}; });`;
}
