import type { CapabilityVersion, Execution } from './model.js';
import type { Requirements } from './requirements.js';

const maxCalls = 5;
const maxArgChars = 200;

/** What a run that did not reach its end had called that changes something, so that nobody does it twice; undefined where that is nothing. */
export function changesMade(run: Execution, capability: CapabilityVersion, needs: Requirements): string | undefined {
  if (run.dry_run || run.observation?.status === 'ok') return undefined;
  const others = needs.destructive ? capability.spec.dependencies.capabilities : [];
  const made = run.calls.filter(({ name }) => needs.changing.includes(name) || others.includes(name));
  if (made.length === 0) return undefined;
  const told = made.slice(0, maxCalls).map(({ name, args, failed }) => {
    const shown = JSON.stringify(args);
    const clipped = shown.length > maxArgChars ? `${shown.slice(0, maxArgChars)}...` : shown;
    return `${name} ${clipped}${failed ? ' (failed or refused)' : ''}`;
  });
  const more = made.length > maxCalls ? ` and ${made.length - maxCalls} more` : '';
  return `Before it stopped it had called what may change something: ${told.join('; ')}${more}. Check what was done before calling it again.`;
}
