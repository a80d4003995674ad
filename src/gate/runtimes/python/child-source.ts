import { bridgeSource } from './bridge-source.js';
import { rewindSource } from './rewind-source.js';

/**
 * The main module of the Deno child that runs Python, shipped as text (it becomes a data URL). The child has no permission
 * at all, not even to read: the interpreter, its library and the memory snapshot come over standard input first, behind one
 * JSON line with their sizes. Then one JSON line in, one JSON line out, each reply with the id of its request.
 *
 * Everything is synchronous: a call of the candidate writes the state of its request and reads the next line while Python
 * waits, so ctx.call needs no await. Python can look into no object of JavaScript: the ways across are shut once it has
 * started. Behind them is a realm without Deno, without code from strings, and without permissions.
 */
export const childSource = `${String.raw`
import vm from 'node:vm';
const { stdin, stdout, exit, version, build, permissions } = Deno;
const { parse, stringify } = JSON;
const { now: realDateNow } = Date;
const realNow = performance.now.bind(performance);
const { imul } = Math;
const encoder = new TextEncoder(), decoder = new TextDecoder();
const encode = encoder.encode.bind(encoder), decode = decoder.decode.bind(decoder);
const Bytes = Uint8Array, Wasm = WebAssembly, RealDate = Date;
for (const event of ['unhandledrejection', 'error']) addEventListener(event, (happened) => happened.preventDefault());
const granted = [];
for (const name of ['read', 'write', 'net', 'env', 'run', 'ffi', 'sys', 'import'])
  if (permissions.querySync({ name }).state === 'granted') granted.push(name);

const sendBytes = (bytes) => { for (let sent = 0; sent < bytes.length; ) sent += stdout.writeSync(bytes.subarray(sent)); };
const chunk = new Bytes(1 << 16);
let held = new Bytes(0);
const more = () => {
  const size = stdin.readSync(chunk);
  // End of input: the host is gone.
  if (size === null) exit(0);
  const joined = new Bytes(held.length + size);
  joined.set(held);
  joined.set(chunk.subarray(0, size), held.length);
  held = joined;
};
const readLine = () => {
  let searched = 0;
  for (;;) {
    const end = held.indexOf(10, searched);
    if (end >= 0) {
      const line = decode(held.subarray(0, end));
      held = held.slice(end + 1);
      return line;
    }
    searched = held.length;
    more();
  }
};
const takeInto = (out) => {
  let at = Math.min(out.length, held.length);
  out.set(held.subarray(0, at));
  held = held.slice(at);
  while (at < out.length) {
    const got = stdin.readSync(out.subarray(at));
    if (got === null) exit(0);
    at += got;
  }
};

const head = parse(readLine());
const parts = {};
for (const [name, size, runs] of head.parts) {
  parts[name] = new Bytes(size);
  for (const [from, to] of runs) takeInto(parts[name].subarray(from, to));
}
const blobUrl = (bytes) => URL.createObjectURL(new Blob([bytes], { type: 'application/javascript' }));
const script = new vm.Script(decode(parts['pyodide.asm.mjs']), { filename: 'pyodide.asm.js', cachedData: parts.compiled });
const factory = script.runInThisContext();

// The loader looks for a browser's page: it finds one, and fetches what came over standard input.
for (const name of ['Deno', 'process', 'Buffer', 'importScripts', 'Worker', 'WebSocket', 'WebSocketStream', 'EventSource', 'localStorage',
  'caches', 'BroadcastChannel', 'navigator', 'prompt', 'alert', 'confirm', 'close', 'reportError', 'queueMicrotask']) delete globalThis[name];
const page = { document: { createElement() {} }, sessionStorage: {} };
Object.assign(globalThis, { window: page, document: page.document, sessionStorage: {}, location: 'https://none.invalid/' });
globalThis.fetch = async (url) => {
  const name = String(url).split('/').at(-1);
  return new Response(parts[name], { headers: { 'content-type': name.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream' } });
};

let logs = '';
const maxLogs = 8000;
const note = (text) => { if (logs.length < maxLogs) logs += String(text).slice(0, maxLogs - logs.length - 1) + '\n'; };
const silent = () => undefined;
globalThis.console = { log: note, info: note, warn: note, error: note, debug: note, trace: silent, assert: silent, group: silent, groupEnd: silent };

// Clock and dice of the surroundings: set anew for each invocation.
let ambientNow = 0, ticks = 0, dice = 1;
const roll = () => {
  dice = (dice + 0x6d2b79f5) | 0;
  let mixed = imul(dice ^ (dice >>> 15), 1 | dice);
  mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return (mixed ^ (mixed >>> 14)) >>> 0;
};
const pinSurroundings = (time, seed) => { ambientNow = time; ticks = 0; dice = seed | 0; };
const PinnedDate = function (...args) { return Reflect.construct(RealDate, args.length === 0 ? [ambientNow] : args, new.target ?? RealDate); };
PinnedDate.prototype = RealDate.prototype;
PinnedDate.UTC = RealDate.UTC;
PinnedDate.parse = RealDate.parse;
PinnedDate.now = () => ambientNow;
globalThis.Date = PinnedDate;
// Waiting looks at this clock until it has moved on, so each look moves it: by one millisecond, however fast the machine is.
globalThis.performance = { now: () => (ticks += 1), timeOrigin: 0, mark: silent, measure: silent };
Math.random = () => roll() / 4294967296;
const fillRandom = (view) => {
  const bytes = new Bytes(view.buffer, view.byteOffset, view.byteLength);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = roll() & 255;
  return view;
};
Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues: fillRandom, randomUUID: undefined, subtle: undefined } });

// Memory that the interpreter may grow to; beyond it Python sees a MemoryError.
const { grow } = Wasm.Memory.prototype;
const { get: sizeOf } = Object.getOwnPropertyDescriptor(Wasm.Memory.prototype, 'buffer');
Wasm.Memory.prototype.grow = function (pages) {
  if (sizeOf.call(this).byteLength + pages * 65536 > head.memoryMb * 1048576) throw new RangeError('no more memory');
  return grow.call(this, pages);
};
`}${bridgeSource}${String.raw`
const { snapshot } = parts;
const loader = await import(blobUrl(parts['pyodide.mjs']));
const python = await loader.loadPyodide({
  indexURL: 'https://none.invalid/',
  createPyodideModule: factory,
  lockFileContents: { info: parse(decode(parts['pyodide-lock.json'])).info, packages: {} },
  jsglobals: Object.freeze(Object.create(null)),
  env: { HOME: '/home/python', PYTHONHASHSEED: '0', TZ: 'UTC', LANG: 'C.UTF-8' },
  stdin: () => null,
  stdout: note,
  stderr: note,
  ...(snapshot ? { _loadSnapshot: snapshot } : { _makeSnapshot: true }),
});
for (const name of ['fetch', 'WebAssembly', 'Blob', 'URL', 'Response', 'setTimeout', 'setInterval', 'setImmediate', 'MessageChannel', 'ImageData', 'window', 'document', 'location', 'sessionStorage', 'XMLHttpRequest'])
  try { delete globalThis[name]; } catch { globalThis[name] = undefined; }

if (!snapshot) {
  python.runPython(decode(parts['setup.py']));
  const made = [['snapshot', python.makeMemorySnapshot()], ['compiled', script.createCachedData()]];
  sendBytes(encode(stringify(made.map(([name, bytes]) => [name, bytes.length])) + '\n'));
  for (const [, bytes] of made) sendBytes(bytes);
  exit(0);
}

const failed = (reason, message) => stringify({ done: { ok: false, reason, message }, calls: [], logs });
const runIn = python.globals.get('_foundry_run');
const inspectIn = python.globals.get('_foundry_inspect');
const faultsIn = python.globals.get('_foundry_faults');
let id = '';
const send = (text) => sendBytes(encode('{"id":' + stringify(id) + ',"text":' + stringify(text) + '}\n'));

let spent = 0, since = 0, limit = 0, nextCall = 0;
const callOut = (name, args, printed) => {
  spent += realNow() - since;
  if (spent > limit) {
    send(failed('timeout', 'the code ran longer than its time'));
    exit(0);
  }
  const call = nextCall;
  nextCall += 1;
  send('{"done":null,"calls":[{"call":' + call + ',"name":' + stringify(String(name)) + ',"args":' + stringify(parse(args)) + '}],"logs":' + stringify(logs + String(printed)) + '}');
  const message = parse(readLine());
  id = message.id;
  since = realNow();
  return (message.ok ? '1' : '0') + message.text;
};

`}${rewindSource}${String.raw`
let program = '';
const handle = (message) => {
  id = message.id;
  logs = '';
  if (message.op === 'rewind') return rewind(message.passes);
  if (message.op === 'faults') return String(faultsIn(message.program));
  if (message.op === 'inspect') return String(inspectIn(message.program));
  pinSurroundings(message.ambientNow, message.ambientSeed);
  spent = 0;
  limit = message.timeoutMs;
  nextCall = 0;
  since = realNow();
  // A program that stays the same is sent once.
  program = message.program ?? program;
  // A function of its own each time: the loader remembers functions, and must not know one that the memory does not.
  const text = runIn(stringify({ ...message, program, passes }), (name, args, printed) => callOut(name, args, printed));
  if (typeof text !== 'string') return failed('protocol', 'the code broke its own interpreter');
  if (spent + realNow() - since > limit) return failed('timeout', 'the code ran longer than its time');
  const end = text.indexOf('\n');
  return '{"done":' + text.slice(end + 1) + ',"calls":[],"logs":' + stringify(logs + parse(text.slice(0, end))) + '}';
};

shut = true;
sendBytes(encode(stringify({ hello: { deno: version.deno, v8: version.v8, target: build.target, granted } }) + '\n'));
for (;;) {
  const message = parse(readLine());
  let text, broken = false;
  try {
    text = handle(message);
  } catch {
    // Only what ends the interpreter itself comes out here; it is not looked at, for it may be the candidate's.
    text = failed('exit', 'the code ended the interpreter');
    broken = true;
  }
  send(text);
  if (broken) exit(0);
}
`}`;
