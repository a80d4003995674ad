import { loadConfig } from '../config.js';
import { errorText, FoundryError } from '../errors.js';
import { createServices, type Services } from '../services.js';
import { version } from '../version.js';
import { type Command, type CommandContext, type ExitCode, endProgress, isCancelled, UsageError } from './io.js';

/** Loaded on demand, so that `serve` starts without what only `pipeline` needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.js')).serveCommand,
  import: async () => (await import('./import.js')).importCommand,
  'import-library': async () => (await import('./import-library.js')).importLibraryCommand,
  review: async () => (await import('./review.js')).reviewCommand,
  score: async () => (await import('./score.js')).scoreCommand,
  pipeline: async () => (await import('./pipeline.js')).pipelineCommand,
  export: async () => (await import('./export.js')).exportCommand,
  regate: async () => (await import('./regate.js')).regateCommand,
  forget: async () => (await import('./forget.js')).forgetCommand,
  records: async () => (await import('./records.js')).recordsCommand,
  validate: async () => (await import('./validate.js')).validateCommand,
  verify: async () => (await import('./verify.js')).verifyCommand,
  call: async () => (await import('./call.js')).callCommand,
  record: async () => (await import('./record.js')).recordCommand,
  explain: async () => (await import('./explain.js')).explainCommand,
  demo: async () => (await import('./demo.js')).demoCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
};

async function help(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(14)} ${(await load()).summary}`),
  );
  return `capability-foundry ${version}\n\nusage: capability-foundry COMMAND [options]   (without a command: serve)\n\n${lines.join('\n')}\n  version    show the version\n  help       show this\n\ncapability-foundry COMMAND --help shows its options.\n`;
}

/** Runs one command and returns its exit code; nothing is thrown. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const [word, ...rest] = argv;
  const out = (text: string): void => void process.stdout.write(text);
  const err = (text: string): void => void process.stderr.write(text);
  if (word === '--help' || word === '-h' || word === 'help') {
    out(await help());
    return 0;
  }
  if (word === '--version' || word === '-v' || word === 'version') {
    out(`${version}\n`);
    return 0;
  }
  const load = Object.hasOwn(commands, word ?? 'serve') ? commands[word ?? 'serve'] : undefined;
  if (!load) {
    err(`There is no command ${word}.\n\n${await help()}`);
    return 2;
  }
  return runCommand(await load(), word === undefined ? [] : rest, { out, err });
}

/** A question on stderr, for stdout may be read by a program. */
async function askPerson(question: string, signal: AbortSignal): Promise<boolean | undefined> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined;
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^\s*y(?:es)?\s*$/i.test(await lines.question(`${question} [y/N] `, { signal }));
  } finally {
    lines.close();
  }
}

/** Whoever reads has had enough, as `head` has: that is no failure. @throws the error where it is another one */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

async function runCommand(
  command: Command,
  args: readonly string[],
  io: Pick<CommandContext, 'out' | 'err'>,
): Promise<ExitCode> {
  // What stands behind -- belongs to the command that is named there.
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (own.includes('--help') || own.includes('-h')) {
    io.out(`${command.usage}\n`);
    return 0;
  }
  const abort = new AbortController();
  const interrupt = (): void => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
  };
  const isServer = command.usage.startsWith('capability-foundry serve');
  if (!isServer && !command.passesSignalsOn) {
    process.on('SIGINT', interrupt);
    // Stays: what was written last is refused only after the command has ended.
    if (!process.stdout.listeners('error').includes(endWithReader)) process.stdout.on('error', endWithReader);
  }
  const opened: Services[] = [];
  const context: CommandContext = {
    ...io,
    args,
    signal: abort.signal,
    isTerminal: process.stderr.isTTY === true,
    // Looked up on use: a server reads the protocol from there.
    get stdin() {
      return process.stdin;
    },
    ask: (question) => askPerson(question, abort.signal),
    services(options = {}) {
      const config = loadConfig(process.env, options.overrides);
      const granted = { ...config, roots: [...config.roots, ...(options.grant ?? [])] };
      const made = createServices(granted, { jobs: options.jobs ?? 'inline' });
      opened.push(made);
      return made;
    },
  };
  try {
    return await command.run(context);
  } catch (error) {
    endProgress(context);
    return explain(error, command, io.err, abort.signal);
  } finally {
    process.off('SIGINT', interrupt);
    for (const services of opened) await services.close();
  }
}

function explain(error: unknown, command: Command, err: (text: string) => void, signal: AbortSignal): ExitCode {
  if (
    error instanceof UsageError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  ) {
    err(`${error.message}\n\n${command.usage}\n`);
    return 2;
  }
  if (signal.aborted || isCancelled(error)) {
    err('Interrupted. What was finished is kept; run the same command again to go on.\n');
    return 130;
  }
  if (error instanceof FoundryError) err(`${errorText(error)}\n`);
  else err(`internal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
