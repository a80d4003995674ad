import { constants } from 'node:os';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../config.js';
import { systemClock } from '../context.js';
import { createConsent } from '../evidence/consent.js';
import { createLogger } from '../log.js';
import { runHttpSession } from '../record/http-session.js';
import { createRecorder, noRecorder, type Recorder } from '../record/recorder.js';
import { serverNameOf, type Target } from '../record/server-name.js';
import { runStdioSession, type ServerEnd } from '../record/stdio-session.js';
import { type Command, type CommandContext, type ExitCode, UsageError } from './io.js';

/** A host that hears nothing sends SIGTERM after two seconds and SIGKILL after four. */
const closeMs = 3_000;
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const usage = `capability-foundry record [--name NAME] -- COMMAND [ARGS...]
capability-foundry record [--name NAME] --url URL [--header "NAME: VALUE"]...

Stands between a client and an MCP server, passes everything on unchanged, and
records calls, results and tool definitions as evidence under the source
record:NAME. Put it before the server's command in the client's configuration.
With --url a server over Streamable HTTP is offered over stdin and stdout.
NAME is what the tools are recorded under (NAME.tool); without it, the entry of
mcp_servers with this command or URL, else what the server calls itself.`;

interface Options {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly header?: string[] | undefined;
}

function serverOf(args: readonly string[]): { options: Options; command: readonly string[] } {
  const at = args.indexOf('--');
  const own = at < 0 ? args : args.slice(0, at);
  const { values } = parseArgs({
    args: [...own],
    options: { name: { type: 'string' }, url: { type: 'string' }, header: { type: 'string', multiple: true } },
  });
  const command = at < 0 ? [] : args.slice(at + 1);
  if (command.length > 0 === (values.url !== undefined)) {
    throw new UsageError('Give the command of a server after --, or a --url.');
  }
  if (values.header && values.url === undefined) throw new UsageError('--header goes with --url.');
  return { options: values, command };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new UsageError('--url takes an http or https URL.');
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new UsageError('--header takes "NAME: VALUE".');
    return [name.toLowerCase(), value] as const;
  });
  return Object.fromEntries(pairs);
}

/** The folder that the session is about; the root and the home folder stand for none. */
function projectOf(config: Config, cwd: string, home: string | undefined): string | null {
  return cwd === '/' || cwd === home || cwd === config.home ? null : cwd;
}

/** A session is not to fail because it cannot be recorded. */
function recorderFor(given: string | undefined, target: Target): Recorder {
  let config: Config;
  try {
    config = loadConfig();
  } catch (error) {
    createLogger('warn').warn('not_recorded', { reason: error instanceof Error ? error.message : String(error) });
    return noRecorder;
  }
  const log = createLogger(config.logLevel);
  const cwd = process.cwd();
  // Who names the command has said yes to what it does.
  if (createConsent(config.file.consent, { named: true, given: true })(cwd, `${cwd}/-`) === 'denied') {
    log.warn('not_recorded', { reason: 'consent.deny names this folder' });
    return noRecorder;
  }
  const project = projectOf(config, cwd, process.env['HOME']);
  const session = { ...serverNameOf(given, target, config.mcpServers), project };
  return createRecorder({ config, session, clock: systemClock, log });
}

/** The session is over: what is still to be written down is not cut short by a host that has waited long enough. */
async function closed(recorder: Recorder): Promise<void> {
  const stay = (): void => undefined;
  for (const signal of endings) process.on(signal, stay);
  await recorder.close(closeMs);
  for (const signal of endings) process.off(signal, stay);
}

/** Ends this process as the server ended: with its code, or by its signal. */
function exitAs({ code, signal }: ServerEnd): ExitCode {
  if (signal === null) return code ?? 0;
  process.kill(process.pid, signal);
  return 128 + constants.signals[signal];
}

async function overStdio(command: readonly string[], recorder: Recorder, context: CommandContext): Promise<ExitCode> {
  const [program = '', ...args] = command;
  const streams = { input: process.stdin, output: process.stdout };
  const end = await runStdioSession({ command: program, args, recorder, ...streams });
  await closed(recorder);
  if (!end.error) return exitAs(end);
  context.err(`The command ${basename(program)} could not be started: ${end.error.message}\n`);
  return 127;
}

export const recordCommand: Command = {
  summary: 'stand between a client and an MCP server and record what passes',
  usage,
  passesSignalsOn: true,
  async run(context) {
    const { options, command } = serverOf(context.args);
    if (options.name !== undefined && !/^[A-Za-z0-9_-]{1,60}$/.test(options.name)) {
      throw new UsageError('--name takes letters, digits, - and _.');
    }
    const url = options.url === undefined ? undefined : urlOf(options.url);
    const headers = headersOf(options.header ?? []);
    const target = url ? { url: url.href } : { command };
    const recorder = recorderFor(options.name, target);
    if (!url) return overStdio(command, recorder, context);
    const ending = new AbortController();
    for (const signal of endings) process.on(signal, () => ending.abort());
    const streams = { input: process.stdin, output: process.stdout };
    await runHttpSession({
      url,
      headers,
      recorder,
      log: createLogger('warn'),
      signal: ending.signal,
      ...streams,
    });
    await closed(recorder);
    return 0;
  },
};
