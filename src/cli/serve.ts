import { parseArgs } from 'node:util';
import type { Services } from '../services.js';
import { serveOverStdio } from '../stdio.js';
import type { Command } from './io.js';

/** Serves one client over stdin and stdout. The process ends by itself when the client goes. */
export function serve(services: Services): Promise<never> {
  return serveOverStdio(services);
}

export const serveCommand: Command = {
  summary: 'serve MCP over stdin and stdout (the default)',
  usage: 'capability-foundry serve\n\nServes one MCP client over stdin and stdout; ends when stdin closes.',
  run(context) {
    parseArgs({ args: [...context.args], options: {} });
    return serve(context.services({ jobs: 'worker' }));
  },
};
