import { describe, expect, test } from 'vitest';
import { DenoProcess } from '../../src/gate/runtimes/typescript/deno-process.js';

/** A child that answers as it likes, in place of the real one: `line` is the request it got. */
function impostor(onLine: string, first = ''): DenoProcess {
  const script = `
    const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    say({ hello: { deno: '0', v8: '0', target: 'none', granted: [] } });
    ${first}
    require('node:readline').createInterface(process.stdin).on('line', (line) => { const asked = JSON.parse(line); ${onLine} });`;
  return new DenoProcess({ file: process.execPath, args: ['-e', script], env: {} }, 512);
}

async function ask(child: DenoProcess, wallMs = 10_000): Promise<unknown> {
  await child.booted();
  const reply = await child.request({ op: 'run' }, wallMs);
  child.kill();
  await child.exited;
  return reply;
}

describe('a process', () => {
  test('is answered by the id of its request only', async () => {
    const forging = impostor(`
      say({ id: 'guess', text: 'forged' }); say({ id: 1, text: 'forged' }); console.log('{"text":"forged"}'); console.log('not JSON');
      say({ id: asked.id, text: 'right' }); say({ id: asked.id, text: 'again' });`);
    expect(await ask(forging)).toEqual({ ok: true, text: 'right' });
  });

  test('cannot answer a request before it came', async () => {
    const child = impostor(`say({ id: asked.id, text: String(asked.n) });`);
    await child.booted();
    expect(await child.request({ n: 1 }, 10_000)).toEqual({ ok: true, text: '1' });
    expect(await child.request({ n: 2 }, 10_000)).toEqual({ ok: true, text: '2' });
    child.kill();
  });

  test.each([
    ['prints lines without end', `for (let i = 0; i < 1e5; i++) console.log('x'.repeat(100));`],
    ['prints one line without end', `const more = () => process.stdout.write('x'.repeat(1e5), more); more();`],
    ['complains without end', `for (let i = 0; i < 1e5; i++) console.error('x'.repeat(100));`],
  ])('that %s is ended as a flood', async (_name, text) => {
    expect(await ask(impostor(text))).toMatchObject({ ok: false, reason: 'output_flood' });
  });

  test('that ends is reported, now and for every later request', async () => {
    const child = impostor('process.exit(3);');
    expect(await ask(child)).toMatchObject({ ok: false, reason: 'exit', message: 'the process ended (code 3)' });
    expect(child.alive).toBe(false);
    expect(await child.request({}, 1_000)).toMatchObject({ ok: false, reason: 'exit' });
  });

  test('that keeps silent is ended when its time is over', async () => {
    expect(await ask(impostor(''), 50)).toMatchObject({ ok: false, reason: 'wall_timeout' });
  });

  test('that does not start, or says something else first, never becomes ready', async () => {
    const missing = new DenoProcess({ file: '/nonexistent/deno', args: [], env: {} }, 512);
    expect(await missing.booted()).toBeUndefined();
    const wrong = new DenoProcess({ file: process.execPath, args: ['-e', 'console.log(1)'], env: {} }, 512);
    expect(await wrong.booted()).toBeUndefined();
  });
});
