import { FoundryError } from '../../errors.js';
import type { Language } from '../model.js';
import { type AbsentWall, inOrder, missingWalls, type RequirableWall, type WallName } from '../walls.js';
import type { SandboxHealth } from './runtime.js';

interface Walls {
  readonly up: readonly WallName[];
  readonly absent: readonly AbsentWall[];
}

/** What a sandbox can find out about itself; each throws FoundryError sandbox_unavailable where it cannot. */
export interface Looks {
  walls(): Promise<Walls>;
  /** Asked only where every required wall is up, for it may start what runs the code. */
  fingerprint(): Promise<string>;
}

function refusal(missing: readonly RequirableWall[], absent: readonly AbsentWall[]): FoundryError {
  const told = missing.map((wall) => {
    const why = absent.find((each) => each.wall === wall || wall.startsWith(`${each.wall}_`))?.why;
    return why === undefined ? wall : `${wall} (${why})`;
  });
  return new FoundryError(
    'sandbox_unavailable',
    `The required isolation is not to be had here: ${told.join(', ')}.`,
    'Install what is missing (bubblewrap needs user namespaces), or take it out of gate.required_isolation.',
  );
}

/** Holds the walls of one sandbox against what the operator requires. */
export function createWallCheck(
  language: Language,
  required: readonly RequirableWall[],
  looks: Looks,
): { require(): Promise<void>; health(): Promise<SandboxHealth> } {
  const requireAmong = ({ up, absent }: Walls): void => {
    const missing = missingWalls(required, up, language);
    if (missing.length > 0) throw refusal(missing, absent);
  };
  return {
    /** @throws FoundryError sandbox_unavailable where a required wall is not up, or nothing runs */
    async require() {
      requireAmong(await looks.walls());
      await looks.fingerprint();
    },
    async health() {
      let found: Walls = { up: [], absent: [] };
      try {
        found = await looks.walls();
        requireAmong(found);
        const fingerprint = await looks.fingerprint();
        return {
          available: true,
          fingerprint,
          isolation: inOrder(found.up),
          absent: found.absent,
          detail: 'candidates run',
        };
      } catch (error) {
        if (!(error instanceof FoundryError)) throw error;
        const detail = `${error.message} ${error.fix}`;
        return { available: false, fingerprint: 'none', isolation: inOrder(found.up), absent: found.absent, detail };
      }
    },
  };
}
