/**
 * JavaScript that runs in a candidate's fresh context before the candidate does. It is shipped as text because it must be
 * evaluated in that context's own realm; `surround` then sets the ambient clock and dice.
 *
 * It keeps its own references to whatever it needs later, hands the outside nothing but strings, and reads the
 * candidate's result itself, so that getters, proxies and thrown objects are only ever touched inside the timed context.
 */
export const contextGlue = String.raw`(() => {
'use strict';
const { parse, stringify } = JSON;
const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, construct, apply, defineProperty, deleteProperty } = Reflect;
const { isArray } = Array;
const sort = Array.prototype.sort;
const slice = String.prototype.slice;
const isWellFormed = String.prototype.isWellFormed;
const { freeze } = Object;
const { imul } = Math;
const objectPrototype = Object.prototype;
const PromiseHere = Promise;
const ErrorHere = Error;
const RealDate = Date;

const maxDepth = 64, maxNodes = 200000, maxChars = 1000000, maxLogs = 8000;

// No frames: their file names would tell where the sandbox lies.
defineProperty(Error, 'stackTraceLimit', { value: 0, writable: false, configurable: false });
for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'Temporal'])
  deleteProperty(globalThis, name);

const dice = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = state ^ (state >>> 15);
    mixed = imul(mixed, 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

let ambientNow = 0, ambientRandom = dice(0);
function PinnedDate(...args) {
  seesPlace = true;
  if (new.target === undefined) return new RealDate(ambientNow).toString();
  return construct(RealDate, args.length === 0 ? [ambientNow] : args, new.target);
}
const pin = (target, key, value) => defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });

// Locale and zone are seen through dates, Intl and a few methods alone: whether the code came near one of them is noted.
let seesPlace = false;
const watch = (holder, name) => {
  const own = holder[name];
  const watched = { [name](...args) { seesPlace = true; return apply(own, this, args); } }[name];
  defineProperty(watched, 'length', { value: own.length, configurable: true });
  pin(holder, name, watched);
};
for (const name of ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase']) watch(String.prototype, name);
watch(Number.prototype, 'toLocaleString');
watch(BigInt.prototype, 'toLocaleString');
pin(PinnedDate, 'name', 'Date');
pin(PinnedDate, 'length', 7);
pin(PinnedDate, 'now', () => ambientNow);
pin(PinnedDate, 'parse', RealDate.parse);
watch(PinnedDate, 'parse');
pin(PinnedDate, 'UTC', RealDate.UTC);
defineProperty(PinnedDate, 'prototype', { value: RealDate.prototype, writable: false });
pin(RealDate.prototype, 'constructor', PinnedDate);
pin(globalThis, 'Date', PinnedDate);
pin(Math, 'random', () => ambientRandom());
// Code that can read its own text notices each fault put into it, whatever its tests notice.
pin(Function.prototype, 'toString', () => 'function () { [native code] }');
{
  // A formatter that is given no date takes the real clock's.
  const format = getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format').get;
  const formatToParts = Intl.DateTimeFormat.prototype.formatToParts;
  defineProperty(Intl.DateTimeFormat.prototype, 'format', {
    get() { const bound = apply(format, this, []); return (date) => bound(date === undefined ? ambientNow : date); },
    enumerable: false, configurable: true,
  });
  pin(Intl.DateTimeFormat.prototype, 'formatToParts', function (date) {
    return apply(formatToParts, this, [date === undefined ? ambientNow : date]);
  });
  const OwnIntl = Intl;
  defineProperty(globalThis, 'Intl', {
    get() { seesPlace = true; return OwnIntl; },
    set(value) { pin(globalThis, 'Intl', value); },
    enumerable: false, configurable: true,
  });
}

const cut = (text, length) => apply(slice, text, [0, length]);

const refusal = freeze({ __proto__: null });
let refused = { __proto__: null, reason: '', message: '' };
const refuse = (reason, message) => {
  refused = { __proto__: null, reason, message: cut(message, 300) };
  throw refusal;
};

// JSON text of a value that is JSON already; everything else is refused by name.
const writeJson = (value, rootName, sorted) => {
  let nodes = 0, chars = 0;
  const spend = (text) => {
    chars += text.length;
    if (chars > maxChars) refuse('too_big', rootName + ' is longer than ' + maxChars + ' characters of JSON');
    return text;
  };
  const writeString = (text, path) => {
    if (text.length > maxChars) refuse('too_big', path + ' is a string of more than ' + maxChars + ' characters');
    if (!apply(isWellFormed, text, [])) refuse('bad_output', path + ' is a string with half a surrogate pair');
    return spend(stringify(text));
  };
  const read = (holder, key, path) => {
    const descriptor = getOwnPropertyDescriptor(holder, key);
    if (descriptor === undefined) return refuse('bad_output', path + ' is undefined');
    if (!('value' in descriptor)) return refuse('bad_output', path + ' is a getter, not a value');
    return descriptor;
  };
  const write = (value, path, up, depth) => {
    nodes += 1;
    if (nodes > maxNodes) refuse('too_big', rootName + ' has more than ' + maxNodes + ' values');
    switch (typeof value) {
      case 'string': return writeString(value, path);
      case 'boolean': return spend(value ? 'true' : 'false');
      case 'number':
        if (value !== value) return refuse('bad_output', path + ' is NaN');
        if (value === Infinity || value === -Infinity) return refuse('bad_output', path + ' is infinite');
        return spend(value === 0 ? '0' : stringify(value));
      case 'undefined': return refuse('bad_output', path + ' is undefined');
      case 'bigint': return refuse('bad_output', path + ' is a BigInt');
      case 'function': return refuse('bad_output', path + ' is a function');
      case 'symbol': return refuse('bad_output', path + ' is a symbol');
    }
    if (value === null) return spend('null');
    for (let above = up; above !== null; above = above.up)
      if (above.value === value) return refuse('bad_output', path + ' contains itself (a cycle)');
    if (depth > maxDepth) return refuse('too_big', cut(path, 60) + '... is nested deeper than ' + maxDepth + ' levels');
    const here = { __proto__: null, value, up };
    if (isArray(value)) {
      const length = read(value, 'length', path).value;
      let text = spend('[');
      for (let index = 0; index < length; index += 1) {
        const at = path + '[' + index + ']';
        text += (index === 0 ? '' : ',') + write(read(value, '' + index, at).value, at, here, depth + 1);
      }
      return text + ']';
    }
    const prototype = getPrototypeOf(value);
    if (prototype !== objectPrototype && prototype !== null)
      return refuse('bad_output', path + ' is an instance of a class, not a plain object');
    const keys = ownKeys(value);
    if (keys.length > maxNodes) return refuse('too_big', path + ' has more than ' + maxNodes + ' keys');
    for (let index = 0; index < keys.length; index += 1)
      if (typeof keys[index] !== 'string') return refuse('bad_output', path + ' has a symbol as a key');
    if (sorted) apply(sort, keys, []);
    let text = spend('{'), first = true;
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index];
      const at = path + '.' + cut(key, 60);
      if (key === '__proto__') return refuse('bad_output', path + ' has the key __proto__');
      const descriptor = read(value, key, at);
      if (!descriptor.enumerable) continue;
      text += (first ? '' : ',') + writeString(key, at) + ':' + write(descriptor.value, at, here, depth + 1);
      first = false;
    }
    return text + '}';
  };
  return write(value, rootName, null, 0);
};

const describe = (thrown) => {
  try {
    if ((typeof thrown === 'object' && thrown !== null) || typeof thrown === 'function') {
      const { name, message } = thrown;
      const shown = typeof name === 'string' ? cut(name, 80) : 'an object';
      return typeof message === 'string' && message !== '' ? shown + ': ' + cut(message, 400) : shown;
    }
    return typeof thrown === 'symbol' ? 'a symbol' : typeof thrown + ' ' + cut('' + thrown, 400);
  } catch {
    return 'something that cannot be read';
  }
};

let logs = '';
const note = (...args) => {
  for (let index = 0; index < args.length && logs.length < maxLogs; index += 1) {
    let text;
    try { text = typeof args[index] === 'string' ? args[index] : writeJson(args[index], 'it', false); }
    catch { text = '(' + typeof args[index] + ')'; }
    logs += (index === 0 ? '' : ' ') + cut(text, maxLogs - logs.length);
  }
  if (logs.length < maxLogs) logs += '\n';
};
const quiet = { log: note, info: note, warn: note, error: note, debug: note, trace: note, table: note, assert() {}, time() {}, timeEnd() {}, group() {}, groupEnd() {}, count() {}, dir: note };
pin(globalThis, 'console', quiet);

let execute;
let done = '';
let outbox = '', outboxCount = 0;
let nextCall = 0;
const waiting = { __proto__: null };

const finish = (reason, message) => {
  if (done !== '') return;
  let said;
  try { said = stringify(message.length > 500 ? cut(message, 500) : message); } catch { said = '"(no message)"'; }
  done = '{"ok":false,"reason":"' + reason + '","message":' + said + '}';
};

const callError = (code, message) => {
  const error = new ErrorHere(message);
  pin(error, 'name', 'CallError');
  pin(error, 'code', code);
  return error;
};

const ask = (name, makeArgs, resolve, reject) => {
  let text;
  try { text = writeJson(makeArgs(), 'args', false); }
  catch (thrown) { return reject(callError('invalid_input', thrown === refusal ? refused.message : 'The arguments of ctx.call cannot be read.')); }
  const id = nextCall;
  nextCall += 1;
  waiting[id] = { __proto__: null, resolve, reject };
  outbox += (outboxCount === 0 ? '' : ',') + '{"call":' + id + ',"name":' + stringify(name) + ',"args":' + text + '}';
  outboxCount += 1;
};

const makeContext = (contextText, now, seed) => ({
  context: parse(contextText),
  now: () => now,
  random: dice(seed),
  fetch: (url, options) => new PromiseHere((resolve, reject) => ask('fetch', () => ({ __proto__: null, ...options, url }), resolve, reject)),
  call: (name, args) => new PromiseHere((resolve, reject) => {
    if (typeof name !== 'string') return reject(callError('invalid_input', 'The first argument of ctx.call is the name of a dependency.'));
    if (name === 'fetch') return reject(callError('invalid_input', 'fetch is no dependency; use ctx.fetch.'));
    ask(name, () => args === undefined ? {} : args, resolve, reject);
  }),
});

const settleWith = (value, input, before) => {
  let text;
  try { text = writeJson(value, 'result', false); }
  catch (thrown) {
    if (thrown === refusal) return finish(refused.reason, refused.message);
    return finish('bad_output', 'reading the result threw ' + describe(thrown));
  }
  if (outboxCount > 0) return finish('bad_output', 'execute returned before a ctx.call that it had just made was answered; await every call');
  let changed = true;
  try { changed = writeJson(input, 'input', true) !== before; } catch { changed = true; }
  if (done !== '') return;
  done = '{"ok":true,"input_changed":' + (changed ? 'true' : 'false') + ',"sees_place":' + (seesPlace ? 'true' : 'false') + ',"value":' + text + '}';
};

return freeze({
  __proto__: null,
  surround(now, seed) {
    ambientNow = now;
    ambientRandom = dice(seed);
  },
  load(body) {
    let exported;
    try { exported = body(); execute = exported.execute; }
    catch (thrown) { return finish('load_error', 'loading the code threw ' + describe(thrown)); }
    if (typeof execute !== 'function') finish('no_export', 'the code exports no function named execute');
  },
  start(inputText, contextText, now, seed) {
    if (done !== '') return;
    const input = parse(inputText);
    const before = writeJson(input, 'input', true);
    const ctx = makeContext(contextText, now, seed);
    (async () => {
      let value;
      try { value = await execute(input, ctx); }
      catch (thrown) { return finish('throw', describe(thrown)); }
      settleWith(value, input, before);
    })();
  },
  answer(id, ok, text) {
    const call = waiting[id];
    if (call === undefined) return;
    delete waiting[id];
    if (ok) return call.resolve(parse(text));
    const problem = parse(text);
    call.reject(callError(problem.code, problem.message));
  },
  take() {
    const calls = outbox;
    outbox = '';
    outboxCount = 0;
    return '{"done":' + (done === '' ? 'null' : done) + ',"calls":[' + calls + '],"logs":' + stringify(logs) + '}';
  },
});
})()`;
