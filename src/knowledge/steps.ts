import { isDestructiveName } from '../bridge/effects.js';
import type { RecordedCall } from '../evidence/trace.js';
import type { JsonValue } from '../json.js';

const shellArguments = ['command', 'cmd', 'script'] as const;
const pathArguments = ['file_path', 'path', 'notebook_path', 'filename', 'file', 'target_file'] as const;

function commandLine(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  const isLine = Array.isArray(value) && value.every((part) => typeof part === 'string');
  return isLine ? value.join(' ') : null;
}

/** The command that a call of a shell ran, null for other tools. */
export function commandOf(call: Pick<RecordedCall, 'args'>): string | null {
  for (const name of shellArguments) {
    const line = commandLine(call.args?.[name]);
    if (line !== null && line.trim() !== '') return line.trim();
  }
  return null;
}

/** What two calls have in common that do the same: the tool, and the program with its first word where it is a shell. */
export function stepOf(call: Pick<RecordedCall, 'tool' | 'args'>): string {
  const command = commandOf(call);
  if (command === null) return call.tool;
  const words = command
    .split(/&&|\|\||[;|\n]/)
    .map((part) => part.trim())
    .find((part) => part !== '' && !/^(?:cd|export|set|source)\b/.test(part));
  const [program = '', first = ''] = (words ?? command).split(/\s+/);
  const says = /^[a-z][\w:-]*$/.test(first) ? ` ${first}` : '';
  return `${call.tool}: ${program}${says}`;
}

/** Whether a step checks the work: runs tests, types, lint or a build. */
export function isValidation(call: Pick<RecordedCall, 'args'>): boolean {
  const command = commandOf(call);
  return (
    command !== null &&
    /\b(?:pytest|unittest|tox|vitest|jest|mocha|ctest|tsc|eslint|biome|ruff|mypy|clippy)\b|\b(?:npm|pnpm|yarn|bun|cargo|go|make|mvn|gradle|dotnet|deno)\s+(?:run\s+)?(?:test|check|lint|build|vet|verify)\b/.test(
      command,
    )
  );
}

/** The files that a call names. */
export function pathsOf(call: Pick<RecordedCall, 'args'>): string[] {
  return pathArguments.flatMap((name) => {
    const value = call.args?.[name];
    return typeof value === 'string' && value.trim() !== '' ? [value.trim()] : [];
  });
}

const fileChanging = /(?:edit|write|patch|notebook|create|insert|replace)/i;

/** Whether a call changes the files that it names. */
export function touchesFiles(call: Pick<RecordedCall, 'tool'>): boolean {
  return fileChanging.test(call.tool) || isDestructiveName(call.tool);
}

/** Whether the agent gives the work to somebody else. */
export function isHandOver(tool: string): boolean {
  return /transfer_to_human|hand_?(?:off|over)|escalate/i.test(tool);
}

/** What agents call to think or to plan: no step of the work itself. */
export function isScratchTool(tool: string): boolean {
  const own = tool.split(/__|[.:/]/).at(-1) ?? tool;
  const name = own.replaceAll(/[^a-z]/gi, '').toLowerCase();
  return /^(?:think|thinking|thought|sequentialthinking|todowrite|todo|updateplan|plan|exitplanmode|writeplan|note|notes|takenote|addnote|scratchpad|memo)$/.test(
    name,
  );
}
