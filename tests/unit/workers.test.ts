import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

it('a worker prints to stderr, never to stdout, and does not keep the process alive once it is let go', () => {
  const folder = mkdtempSync(join(tmpdir(), 'workers-'));
  try {
    const worker = join(folder, 'worker.mjs');
    writeFileSync(
      worker,
      "import { parentPort } from 'node:worker_threads';\n" +
        "console.log('printed by the worker');\n" +
        "parentPort.on('message', () => parentPort.postMessage('answer'));\n",
    );
    const main = join(folder, 'main.mjs');
    const workers = new URL('../../src/workers.ts', import.meta.url).href;
    writeFileSync(
      main,
      `import { startWorker } from ${JSON.stringify(workers)};\n` +
        `const worker = startWorker(new URL(${JSON.stringify(pathToFileURL(worker).href)}));\n` +
        "worker.on('message', (text) => { process.stdout.write(text); worker.unref(); });\n" +
        "worker.postMessage('question');\n",
    );
    const ended = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), main], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(ended.signal).toBeNull();
    expect(ended.stdout).toBe('answer');
    expect(ended.stderr).toContain('printed by the worker');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
