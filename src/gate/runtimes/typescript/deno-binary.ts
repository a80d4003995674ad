import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FoundryError } from '../../../errors.js';

const require = createRequire(import.meta.url);

/** What decides which binary runs here. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Linux without glibc, such as Alpine. */
  readonly musl: boolean;
}

/** The platforms that the npm package deno has a binary for. */
const packaged: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['x64', 'arm64'],
  darwin: ['x64', 'arm64'],
  win32: ['x64', 'arm64'],
};

function hasLoader(folder: string, start: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.startsWith(start));
  } catch {
    return false;
  }
}

function thisMachine(): Machine {
  const { platform, arch } = process;
  const musl =
    platform === 'linux' &&
    hasLoader('/lib', 'ld-musl-') &&
    !hasLoader('/lib64', 'ld-linux-') &&
    !hasLoader('/lib', 'ld-linux-');
  return { platform, arch, musl };
}

/** npm may put the platform package beside `deno` or below it. */
function denoPackage(): NodeJS.Require[] {
  try {
    return [createRequire(require.resolve('deno/package.json'))];
  } catch {
    return [];
  }
}

function installed({ platform, arch }: Machine): string | undefined {
  const packageName = platform === 'linux' ? `@deno/linux-${arch}-glibc` : `@deno/${platform}-${arch}`;
  for (const from of [require, ...denoPackage()]) {
    try {
      const folder = dirname(from.resolve(`${packageName}/package.json`));
      const path = join(folder, platform === 'win32' ? 'deno.exe' : 'deno');
      if (existsSync(path)) return path;
    } catch {
      // Not installed there; the next place is tried.
    }
  }
  return undefined;
}

/**
 * The Deno binary itself: the launcher of the npm package costs 40 ms a start. `configured` is the operator's own one.
 * @throws FoundryError sandbox_unavailable where there is none
 */
export function denoBinary(configured?: string, machine: Machine = thisMachine()): string {
  if (configured !== undefined) {
    if (existsSync(configured)) return configured;
    throw new FoundryError(
      'sandbox_unavailable',
      'The Deno binary that gate.deno_path names does not exist.',
      'Correct gate.deno_path in foundry.config.json, or leave it out to use the one that npm installs.',
    );
  }
  const { platform, arch, musl } = machine;
  if (musl || !packaged[platform]?.includes(arch))
    throw new FoundryError(
      'sandbox_unavailable',
      `The npm package deno has no binary for this platform (${platform} ${arch}${musl ? ' with musl' : ''}).`,
      "Install a Deno 2 of the system's own and name its binary in gate.deno_path in foundry.config.json.",
    );
  const path = installed(machine);
  if (path !== undefined) return path;
  throw new FoundryError(
    'sandbox_unavailable',
    'The Deno binary that runs candidates is not installed.',
    'Install with optional dependencies ("npm ci" without --omit=optional).',
  );
}
