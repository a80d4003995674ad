import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from a module of this program, named by its compiled name (`./worker.js` beside the caller).
 * Where the program runs from its TypeScript sources, the worker does as well, through the `tsx` loader.
 * What the worker prints goes to stderr: stdout may belong to a protocol.
 */
export function startWorker(module: URL, options: WorkerOptions = {}): Worker {
  const compiled = existsSync(fileURLToPath(module));
  const entry = compiled ? module : new URL(module.href.replace(/\.js$/, '.ts'));
  const worker = new Worker(entry, {
    ...options,
    stdout: true,
    ...(!compiled && { execArgv: ['--import', sourceLoader()] }),
  });
  worker.stdout.pipe(process.stderr, { end: false });
  return worker;
}

/** `--import` resolves names from the working directory, which may be anywhere. */
function sourceLoader(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}
