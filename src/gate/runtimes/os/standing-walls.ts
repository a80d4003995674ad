import type { WallName } from '../../walls.js';
import { treeFromProc } from './process-table.js';
import { hostSystem, type System } from './system.js';

/** Without these three of its own a process is not shut off from the network, other processes and files. */
const namespaces = ['net', 'pid', 'mnt'];

function isShutOff(pid: number, system: System): boolean {
  return namespaces.every((name) => {
    const own = system.link(`/proc/${pid}/ns/${name}`);
    return own !== undefined && own !== system.link(`/proc/self/ns/${name}`);
  });
}

/** Those of the walls that were built around a child that really stand: the system is asked, not the program that built them. */
export function standingWalls(
  built: readonly WallName[],
  pid: number,
  system: System = hostSystem,
): readonly WallName[] {
  if (built.length === 0) return built;
  // A wrapper may stay as the parent of what it wraps, so the innermost process is the child itself.
  const inner = treeFromProc(pid, system).at(-1) ?? pid;
  return built.filter((wall) => {
    if (wall === 'bubblewrap') return isShutOff(inner, system);
    if (wall === 'data_limit') return /^Max data size +\d/m.test(system.read(`/proc/${inner}/limits`) ?? '');
    return true;
  });
}
