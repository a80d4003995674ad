/**
 * JavaScript of the child that stands between the interpreter and the objects of JavaScript. Python holds some of them (the
 * function that carries its calls out, what the loader left behind) and could read, change and keep things in them: what is
 * kept there outlives a rewind. Once the interpreter has started, only what carries a call is left of all the ways across;
 * code that takes another one ends the interpreter.
 */
export const bridgeSource = `
const ways = /^(_?Js|js|_?py(proxy|thon2js)|create_|destroy_|wrap_|raw_call|proxy_cache|array_to_js|ffi_|can_run|[gs]et_suspender|set_pyodide|syncify|get_length|get_async|gc_register|handle_next|_agen|my_dict)/;
const needed = new Set(['can_run_sync_js', 'JsvArray_New', 'JsvArray_Get', 'JsvArray_Push', 'JsvError_Check', 'JsvFunction_CallBound', 'JsvFunction_Check',
  'JsvGenerator_Check', 'JsvAsyncGenerator_Check', 'JsvNoValue_Check', 'JsvPromise_Check', 'JsvUTF8ToString', 'JsProxy_compute_typeflags',
  '_python2js_ascii', '_python2js_ucs1', '_python2js_ucs2', '_python2js_ucs4', 'destroy_proxies', 'js2python_js', 'pyproxy_Check']);
let shut = false;
const guarded = (name, way) => (...args) => {
  if (shut) throw new Error(name + ' is shut');
  return way(...args);
};
const guardedWays = (env) => new Proxy(env, {
  get: (from, name) => typeof from[name] === 'function' && ways.test(name) && !needed.has(name) ? guarded(name, from[name]) : from[name],
});
const guardedImports = (imports) => imports?.env ? { ...imports, env: guardedWays(imports.env) } : imports;
for (const name of ['instantiate', 'instantiateStreaming']) {
  const own = Wasm[name];
  Wasm[name] = (source, imports) => own.call(Wasm, source, guardedImports(imports));
}
`;
