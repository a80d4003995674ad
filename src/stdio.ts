import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createServerFactory } from './server.js';
import type { Services } from './services.js';

/** What is left to flush and to give back when the host is gone; then the process ends whatever happens. */
const graceMs = 1_500;

/**
 * Serves one client over stdin and stdout until stdin closes or a signal comes, then closes the services and ends the
 * process within two seconds: a host that quits leaves nothing behind. The promise never settles.
 */
export function serveOverStdio(services: Services): Promise<never> {
  const handle = serveStdio(createServerFactory(services), {
    onerror: (error) => services.log.error('protocol', { message: error.message }),
  });
  let stopping = false;
  const stop = async (reason: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    services.log.info('stop', { reason });
    setTimeout(() => process.exit(0), graceMs);
    try {
      await handle.close();
      await services.close();
    } catch (error) {
      services.log.report(error, 'stop');
    }
    process.exit(0);
  };
  process.stdin.once('end', () => void stop('stdin ended'));
  process.stdin.once('close', () => void stop('stdin closed'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(signal));
  // The process ends in stop(); until then stdin keeps it alive.
  return new Promise<never>(() => undefined);
}
