import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { builtProgram } from '../support/built.js';
import { tempFolder } from '../support/temp.js';

const run = promisify(execFile);
const stores = 60;
const processes = 4;
const startMs = 2_000;
const apartMs = 40;

/** Opens each store, which makes it, at a moment of its own and not before, so that the processes meet. */
const opener = (module: string, folder: string, at: number): string => `
const { Connection } = await import(${JSON.stringify(module)});
let written = 0;
for (let store = 0; store < ${stores}; store += 1) {
  while (Date.now() < ${at} + store * ${apartMs}) ;
  const connection = new Connection(${JSON.stringify(folder)} + '/' + store + '.db');
  written += connection.write(() => 1);
  connection.close();
}
process.stdout.write(String(written));`;

test('processes that make one store at the same moment all get to write to it', async () => {
  const module = pathToFileURL(join(dirname(builtProgram()), '..', 'db', 'sqlite', 'connection.js')).href;
  const script = opener(module, tempFolder(), Date.now() + startMs);
  const ended = Array.from({ length: processes }, () => run(process.execPath, ['--input-type=module', '-e', script]));
  expect((await Promise.all(ended)).map(({ stdout }) => Number(stdout))).toEqual(Array(processes).fill(stores));
}, 120_000);
