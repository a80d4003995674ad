/**
 * The main module of the Deno child, shipped as text (it becomes a data URL, so that no file of ours need be readable
 * inside the walls). One JSON line in, one JSON line out, each reply with the id of its request. A request runs the
 * candidate until it settles or waits for a call; a context lives from `run` to the next `run`.
 */
export const harness = String.raw`
import vm from 'node:vm';
const { stdin, stdout, exit, version, build, permissions } = Deno;
const { parse, stringify } = JSON;
const now = performance.now.bind(performance);
const encoder = new TextEncoder();
const decoder = new TextDecoder();
for (const event of ['unhandledrejection', 'error'])
  addEventListener(event, (happened) => happened.preventDefault());
const granted = [];
for (const name of ['read', 'write', 'net', 'env', 'run', 'ffi', 'sys', 'import'])
  if (permissions.querySync({ name }).state === 'granted') granted.push(name);
for (const name of ['Deno', 'process', 'Worker', 'fetch', 'WebSocket', 'EventSource', 'localStorage', 'sessionStorage', 'caches', 'BroadcastChannel', 'WebAssembly', 'navigator', 'Buffer'])
  delete globalThis[name];

const send = (message) => {
  const bytes = encoder.encode(stringify(message) + '\n');
  for (let sent = 0; sent < bytes.length; ) sent += stdout.writeSync(bytes.subarray(sent));
};

// Scripts are kept as text that V8 has read; each context makes functions and objects of its own of them.
let key, setup, take, context, budget = 0;
let program = '', body;

const timed = (script) => {
  const started = now();
  if (budget <= 0) throw 'timeout';
  const allowed = Math.ceil(budget);
  try {
    return script.runInContext(context, { timeout: allowed });
  } catch {
    // The thrown thing is the candidate's: it is not looked at. Only the clock tells a timeout from the rest.
    throw now() - started >= allowed ? 'timeout' : 'protocol';
  } finally {
    budget -= now() - started;
  }
};

// Reading the state takes none of the code's time, and gives it none: else code that calls without end would never end.
const takeState = () => {
  const left = budget;
  budget = 50;
  const text = String(timed(take));
  budget = left;
  return text;
};

const failed = (reason, message) => ({ done: { ok: false, reason, message }, calls: [], logs: '' });

const step = (scripts) => {
  try {
    for (const script of scripts) timed(script);
    return takeState();
  } catch (reason) {
    return reason === 'timeout'
      ? failed('timeout', 'the code ran longer than its time')
      : failed('protocol', 'the code broke its own context');
  }
};

// A program that stays the same is sent once and read once.
const readProgram = (text) => {
  if (text === null) return;
  program = text;
  body = undefined;
};
const compile = () => {
  body ??= new vm.Script(key + '.load(() => {"use strict";\n' + program + '\nreturn candidate_exports;})', { filename: 'candidate.js' });
};

const handle = (message) => {
  if (message.op === 'run') {
    if (message.glue !== null) {
      key = message.key;
      setup = new vm.Script('const ' + key + ' = ' + message.glue + ';');
      take = new vm.Script(key + '.take()');
    }
    readProgram(message.program);
    try {
      compile();
    } catch (error) {
      return failed('load_error', 'the code does not compile: ' + String(error.message).slice(0, 300));
    }
    context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
      codeGeneration: { strings: false, wasm: false },
      microtaskMode: 'afterEvaluate',
    });
    setup.runInContext(context);
    new vm.Script(key + '.surround(' + stringify(message.ambientNow) + ',' + stringify(message.ambientSeed) + ')').runInContext(context);
    budget = message.timeoutMs;
    const args = [message.input, message.context, message.now, message.seed].map((each) => stringify(each)).join(',');
    return step([body, new vm.Script(key + '.start(' + args + ')')]);
  }
  return step([new vm.Script(key + '.answer(' + stringify(message.call) + ',' + stringify(message.ok) + ',' + stringify(message.text) + ')')]);
};

send({ hello: { deno: version.deno, v8: version.v8, target: build.target, granted } });
let buffered = '';
const chunk = new Uint8Array(65536);
for (;;) {
  const size = await stdin.read(chunk);
  // End of input: the host is gone.
  if (size === null) exit(0);
  buffered += decoder.decode(chunk.subarray(0, size), { stream: true });
  for (let end = buffered.indexOf('\n'); end >= 0; end = buffered.indexOf('\n')) {
    const line = buffered.slice(0, end);
    buffered = buffered.slice(end + 1);
    const message = parse(line);
    const state = handle(message);
    send({ id: message.id, text: typeof state === 'string' ? state : stringify(state) });
  }
}
`;
