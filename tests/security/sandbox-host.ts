/**
 * A host program for sandbox-lifetime.test.ts: it prints a line when it is where its mode says. A loop goes on for much
 * longer than any test waits.
 */
import { openPython } from '../support/python.js';
import { invocation, never, openSandbox } from '../unit/gate/support.js';

const [language, mode] = (process.argv[2] ?? '').split(' ');
const code =
  language === 'python'
    ? 'def execute(input, ctx):\n    ctx.call("here", {})\n    while input["loop"]: pass\n    return 1'
    : 'export async function execute(i, ctx) { await ctx.call("here"); while (i.loop); return 1; }';
const sandbox = language === 'python' ? openPython() : openSandbox();
const session = await sandbox.open(code, { pooled: mode === 'pooled' });
const loop = mode !== 'idle';
const onCall = async (): Promise<null> => {
  if (loop) setImmediate(() => process.stdout.write('here\n'));
  return null;
};
await session.invoke(invocation({ input: { loop }, timeoutMs: 600_000, onCall }), never);
process.stdout.write('idle\n');
