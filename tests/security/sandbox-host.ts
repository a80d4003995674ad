/** A host program for sandbox-lifetime.test.ts: it prints a line when it is where its mode says. */
import { invocation, never, openSandbox } from '../unit/gate/support.js';

const sandbox = openSandbox();
const session = await sandbox.open(
  'export async function execute(i, ctx) { await ctx.call("here"); while (i.loop); return 1; }',
);
const loop = process.argv[2] === 'loop';
const onCall = async (): Promise<null> => {
  if (loop) setImmediate(() => process.stdout.write('here\n'));
  return null;
};
await session.invoke(invocation({ input: { loop }, timeoutMs: 5_000, onCall }), never);
process.stdout.write('idle\n');
