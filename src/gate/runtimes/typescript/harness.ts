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

let key, setup, context, budget = 0;

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
  const text = String(timed(new vm.Script(key + '.take()')));
  budget = left;
  return text;
};

const failed = (reason, message) => ({ done: { ok: false, reason, message }, calls: [], logs: '' });

const step = (sources) => {
  let scripts;
  try {
    scripts = sources.map((source) => new vm.Script(source, { filename: 'candidate.js' }));
  } catch (error) {
    return failed('load_error', 'the code does not compile: ' + String(error.message).slice(0, 300));
  }
  try {
    for (const script of scripts) timed(script);
    return takeState();
  } catch (reason) {
    return reason === 'timeout'
      ? failed('timeout', 'the code ran longer than its time')
      : failed('protocol', 'the code broke its own context');
  }
};

const handle = (message) => {
  if (message.op === 'run') {
    if (key !== message.key) {
      key = message.key;
      setup = undefined;
    }
    setup ??= message.glue;
    context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
      codeGeneration: { strings: false, wasm: false },
      microtaskMode: 'afterEvaluate',
    });
    budget = 10000;
    timed(new vm.Script('const ' + key + ' = ' + setup + '(' + stringify(message.ambientNow) + ',' + stringify(message.ambientSeed) + ');'));
    budget = message.timeoutMs;
    const args = [message.input, message.context, message.now, message.seed].map((each) => stringify(each)).join(',');
    return step([
      key + '.load(() => {"use strict";\n' + message.program + '\nreturn candidate_exports;})',
      key + '.start(' + args + ')',
    ]);
  }
  return step([key + '.answer(' + stringify(message.call) + ',' + stringify(message.ok) + ',' + stringify(message.text) + ')']);
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
