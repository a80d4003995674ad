import { FoundryError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { type AbsentWall, inOrder, type WallName } from '../../walls.js';
import { memoryWatchKind, resident } from '../os/memory-watch.js';
import type { Command } from './deno-command.js';
import type { DenoProcess, Hello } from './deno-process.js';
import { findProgram, librariesOf, type Material, type Wrappers, wrap } from './wrappers.js';

/** What stands around every child of a pool. */
export interface Isolation {
  readonly binary: string;
  readonly hello: Hello;
  readonly up: readonly WallName[];
  readonly absent: readonly AbsentWall[];
  /** Those that were seen on the process itself, and are looked for on every later one. */
  readonly seen: readonly WallName[];
  wrap(inner: Command): Command;
}

export interface Settling {
  readonly binary: string;
  readonly dataMb: number;
  /** The real child, without any wrapper. */
  readonly inner: Command;
  start(command: Command): DenoProcess;
  readonly log: Logger;
}

interface Builder {
  readonly kind: keyof Wrappers;
  readonly program: string;
  readonly wall: WallName;
}

/** The last one is for where the one before it is not, which ties the child to the host as well. */
const builders: readonly Builder[] = [
  { kind: 'prlimit', program: 'prlimit', wall: 'data_limit' },
  { kind: 'bubblewrap', program: 'bwrap', wall: 'bubblewrap' },
  { kind: 'setpriv', program: 'setpriv', wall: 'dies_with_host' },
];

const notHere = 'not for this platform';
const maxReasonChars = 160;
/** Less than any runtime holds: a smaller number is no measurement. */
const leastKb = 4_096;

interface Trial {
  readonly process: DenoProcess;
  readonly hello: Hello | undefined;
  readonly wrappers: Wrappers;
}

function whyNot({ process, hello }: Trial, program: string): string {
  if (hello !== undefined) return `${program} is installed and builds no wall here`;
  const said = process.complaint.split('\n').find((line) => /[a-z]/i.test(line)) ?? '';
  return `${program} is installed and does not work here: ${said.slice(0, maxReasonChars) || 'the child does not start'}`;
}

/** The walls that wrappers are to put up. */
function builtBy(wrappers: Wrappers): WallName[] {
  return builders.filter(({ kind }) => wrappers[kind] !== undefined).map(({ wall }) => wall);
}

function holds(trial: Trial): boolean {
  return trial.hello !== undefined && builtBy(trial.wrappers).every((wall) => trial.process.walls.includes(wall));
}

/** @throws FoundryError sandbox_unavailable */
function runs(trial: Trial, log: Logger): Trial & { readonly hello: Hello } {
  const { process, hello } = trial;
  if (hello === undefined) {
    log.error('sandbox.start_failed', { stderr: process.complaint });
    throw new FoundryError(
      'sandbox_unavailable',
      'The Deno process that runs candidates does not start.',
      'Run "capability-foundry doctor"; the log on stderr has what Deno said.',
    );
  }
  if (hello.deno.startsWith('2.')) return { ...trial, hello };
  process.kill();
  throw new FoundryError(
    'sandbox_unavailable',
    `The binary that gate.deno_path names is Deno ${hello.deno.slice(0, 20)}.`,
    'Name a Deno 2, or leave gate.deno_path out to use the one that npm installs.',
  );
}

async function attempt(settling: Settling, wrappers: Wrappers, material: Material): Promise<Trial> {
  const process = settling.start(wrap(settling.inner, wrappers, material));
  return { process, hello: await process.booted(), wrappers };
}

function withoutNeedless({ bubblewrap, setpriv, prlimit }: Wrappers): Wrappers {
  return { prlimit, bubblewrap, setpriv: bubblewrap === undefined ? setpriv : undefined };
}

/** Tries one wrapper after the other, each with a real child, and says of those that fail why. */
async function oneByOne(
  settling: Settling,
  found: Wrappers,
  material: Material,
): Promise<{ trial: Trial; failed: AbsentWall[] }> {
  const failed: AbsentWall[] = [];
  let best: Trial = runs(await attempt(settling, {}, material), settling.log);
  for (const { kind, program, wall } of builders) {
    const wrappers = withoutNeedless({ ...best.wrappers, [kind]: found[kind] });
    if (builtBy(wrappers).length === builtBy(best.wrappers).length) continue;
    const trial = await attempt(settling, wrappers, material);
    const worse = holds(trial) ? best : trial;
    if (worse === trial) failed.push({ wall, why: whyNot(trial, program) });
    else best = trial;
    worse.process.kill();
  }
  return { trial: best, failed };
}

function findWrappers(platform: NodeJS.Platform): { found: Wrappers; missing: AbsentWall[] } {
  const onLinux = platform === 'linux';
  const paths = builders.map((builder) => ({ ...builder, path: onLinux ? findProgram(builder.program) : undefined }));
  return {
    found: Object.fromEntries(paths.map(({ kind, path }) => [kind, path])),
    missing: paths
      .filter(({ path }) => path === undefined)
      .map(({ wall, program }) => ({ wall, why: onLinux ? `${program} is not installed` : notHere })),
  };
}

/**
 * Puts up what this machine offers. The first real child decides: a wrapper with which it does not start, or around which no
 * wall is seen, is left out and said to be. That child is handed out with the answer.
 * @throws FoundryError sandbox_unavailable where no child starts at all
 */
export async function settle(settling: Settling): Promise<{ isolation: Isolation; process: DenoProcess }> {
  const { binary, dataMb, log } = settling;
  const { found, missing } = findWrappers(process.platform);
  const material = { dataMb, libraries: found.bubblewrap === undefined ? [] : await librariesOf(binary) };
  const all = await attempt(settling, withoutNeedless(found), material);
  if (!holds(all)) all.process.kill();
  const { trial, failed } = holds(all) ? { trial: all, failed: [] } : await oneByOne(settling, found, material);
  const { process: child, wrappers, hello } = runs(trial, log);
  const watch = `memory_watch_${memoryWatchKind()}` as const;
  const watched = (await resident(child.pid)) > leastKb;
  const up = inOrder([...child.walls, ...(watched ? [watch] : [])]);
  const absent: AbsentWall[] = [...missing, ...failed].filter(({ wall }) => !up.some((each) => each === wall));
  if (!watched) absent.push({ wall: 'memory_watch', why: 'what a process holds cannot be read here' });
  return {
    process: child,
    isolation: {
      binary,
      hello,
      up,
      absent,
      seen: child.walls,
      wrap: (inner) => wrap(inner, wrappers, material),
    },
  };
}
