import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPython } from '../support/python.js';
import { invocation, never } from '../unit/gate/support.js';

const sandbox = openPython({ memory_mb: 96 });
const group = sandbox.openGroup();
// The interpreter may have to be made first.
beforeAll(async () => {
  await sandbox.health();
});
afterAll(async () => {
  await group.close();
  await sandbox.close();
});

async function runIn(code: string, times = 1, timeoutMs = 20_000): Promise<unknown[]> {
  const session = await group.open(code);
  const answers = [];
  for (let at = 0; at < times; at += 1) {
    const outcome = await session.invoke(invocation({ timeoutMs, onCall: async () => ({ found: 1 }) }), never);
    answers.push(outcome.ok ? outcome.value : outcome.reason);
  }
  await session.close();
  return answers;
}

/** Looks for what an earlier run left behind wherever it could lie, and leaves something there. */
const prying = `
import string, os, json, decimal
from string import Formatter
class Ring: pass
def execute(input, ctx):
    seen = [getattr(string, 'kept', 0), getattr(Formatter, 'kept', 0), getattr(json.dumps, 'kept', 0), decimal.getcontext().prec]
    seen += [os.path.exists('/tmp/kept'), os.getcwd(), os.environ.get('KEPT', ''), sorted(os.listdir('/home/python'))]
    opened = os.open('/tmp/kept', os.O_CREAT | os.O_RDWR)
    seen += [opened, os.fstat(opened).st_ino, ctx.call('get', {})['found']]
    string.kept = json.dumps.kept = 1
    Formatter.kept = 1
    decimal.getcontext().prec = 3
    os.environ['KEPT'] = 'yes'
    os.chdir('/tmp')
    open('/home/python/kept', 'w').write('x')
    os.chmod('/home', 0o700)
    os.close(0)
    for _ in range(2000):
        ring = Ring()
        ring.ring, ring.ctx = ring, ctx
    return seen
`;

describe('variants of one Python candidate', () => {
  test('find nothing of what other variants did to their interpreter', async () => {
    const [first] = await runIn(prying);
    expect(first).toEqual([0, 0, 0, 28, false, '/home/python', '', [], expect.any(Number), expect.any(Number), 1]);
    for (let at = 0; at < 40; at += 1) expect(await runIn(prying)).toEqual([first]);
  });

  test('cannot count how often they ran', async () => {
    const counting = `
import string
def execute(input, ctx):
    string.count = getattr(string, 'count', 0) + 1
    return string.count
`;
    expect(await runIn(counting, 3)).toEqual([1, 1, 1]);
  });

  test('can keep nothing in the objects of JavaScript around them, for they can look into none', async () => {
    const digging = `
import sys
def execute(input, ctx):
    frame = sys._getframe()
    while 'call_out' not in frame.f_locals:
        frame = frame.f_back
    make = frame.f_locals['call_out'].constructor
    found = getattr(make, 'kept', 0)
    make.kept = 1
    return found
`;
    expect(await runIn(digging, 2)).toEqual(['exit', 'exit']);
    expect(await runIn('import pyodide_js\ndef execute(input, ctx):\n    return 1\n')).toEqual(['load_error']);
  });

  test('go on after one that ended the interpreter, never ended, or filled its memory', async () => {
    const plain = 'def execute(input, ctx):\n    return 7\n';
    expect(await runIn('import os\ndef execute(input, ctx):\n    os._exit(0)\n')).toEqual(['exit']);
    expect(await runIn(plain)).toEqual([7]);
    expect(await runIn('def execute(input, ctx):\n    return sum(iter(int, 1))\n', 1, 300)).toEqual(['timeout']);
    expect(await runIn(plain)).toEqual([7]);
    expect(await runIn('def execute(input, ctx):\n    return len(bytearray(80_000_000))\n')).toEqual([80_000_000]);
    expect(await runIn('def execute(input, ctx):\n    return len(bytearray(80_000_000))\n')).toEqual([80_000_000]);
  });

  test('cannot tell that they are variants', async () => {
    const looking = `
import sys, traceback
told = sorted(dir())
def execute(input, ctx):
    try:
        for each in [0]:
            raise ValueError()
    except ValueError as error:
        line, text = error.__traceback__.tb_lineno, traceback.format_exc()
    try:
        from sys import monitoring
    except ImportError:
        monitoring = None
    return [told, sorted(dir()), line, text, monitoring, sorted(name for name in dir(sys) if name[0] != '_'), sys.gettrace()]
`;
    const session = await sandbox.open(looking);
    const usual = await session.invoke(invocation({ timeoutMs: 20_000 }), never);
    await session.close();
    expect(usual).toMatchObject({ ok: true, value: expect.arrayContaining([7]) });
    expect(await runIn(looking)).toEqual(usual.ok ? [usual.value] : []);
  });

  test('have an interpreter that neither the candidate nor another group sees', async () => {
    const marking = `
import string
def execute(input, ctx):
    string.mark = getattr(string, 'mark', '') + 'x'
    return string.mark
`;
    const other = sandbox.openGroup();
    const sessions = [await sandbox.open(marking), await group.open(marking), await other.open(marking)];
    for (const session of sessions)
      expect(await session.invoke(invocation({ timeoutMs: 20_000 }), never)).toMatchObject({ ok: true, value: 'x' });
    for (const session of sessions) await session.close();
    await other.close();
  });

  test('are not run any more once the group is closed', async () => {
    const ended = sandbox.openGroup();
    const session = await ended.open('def execute(input, ctx):\n    return 1\n');
    await ended.close();
    await expect(session.invoke(invocation(), never)).rejects.toMatchObject({ code: 'sandbox_unavailable' });
  });
});
