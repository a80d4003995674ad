import { fails, harmless, type PythonCandidate, reach } from './python-kit.js';

/** The JavaScript function behind ctx.call, taken out of its closure. */
const bridge = `out = dict(zip(ctx.call.__func__.__code__.co_freevars, (cell.cell_contents for cell in ctx.call.__func__.__closure__)))['call_out']\n`;

/** Ways out of the interpreter: to JavaScript, to the host, to what others left behind. */
export const pythonReach: readonly PythonCandidate[] = [
  harmless(
    'makes code of the bridge behind ctx.call',
    reach(`${bridge}return str(out.constructor('return Deno')())`),
    true,
    'dead',
  ),
  harmless(
    'makes async code of the bridge',
    reach(`${bridge}import pyodide_js\nreturn str(pyodide_js.loadPackage.constructor.new('return 1')())`),
    true,
    'dead',
  ),
  harmless(
    'asks the bridge who calls it',
    reach(`${bridge}return 'dead' if out.caller is None else 'alive'`),
    true,
    'dead',
  ),
  harmless('imports eval from JavaScript', reach(`from js import eval\nreturn str(eval('1'))`), true, 'dead'),
  harmless(
    'imports the globals of JavaScript',
    reach(
      `import js\nreturn [name for name in ('globalThis', 'Deno', 'process', 'Object', 'fetch', 'WebSocket', 'Worker', 'navigator') if hasattr(js, name)] or 'dead'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'registers a module of JavaScript',
    reach(
      `import pyodide.ffi\npyodide.ffi.register_js_module('gate', {'a': 1})\nimport gate\nreturn 'dead' if gate.a == 1 else 'alive'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'loads a package',
    reach(`import pyodide_js\npyodide_js.loadPackage('numpy')\nimport numpy\nreturn 'alive'`),
    true,
    'dead',
  ),
  harmless(
    'mounts the files of the host',
    reach(`import pyodide_js\npyodide_js.mountNodeFS('/mnt', '/')\nimport os\nreturn os.listdir('/mnt')`),
    true,
    'dead',
  ),
  harmless(
    'looks for the files of the host below the file system',
    reach(
      `import pyodide_js\nreturn [name for name in pyodide_js.FS.readdir('/') if name in ('etc', 'root', 'usr', 'work')] or 'dead'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'reads the environment of the runtime',
    reach(
      `import pyodide_js\nenv = pyodide_js._module.ENV.to_py()\nreturn [name for name in env if name not in ('HOME', 'PATH', 'LANG', 'TZ', 'USER', 'LOGNAME', 'PWD', '_', 'PYTHONHASHSEED', 'PYTHONINSPECT', 'LC_ALL')] or 'dead'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'asks a class above a JavaScript object',
    reach(
      `${bridge}kind = type(out)\nfor each in (kind, *kind.__mro__):\n    for name in ('Deno', 'process', 'globalThis', 'window', 'self'):\n        if hasattr(each, name): return 'alive'\nreturn 'dead'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'climbs the subclasses of object',
    reach(
      `found = [kind for kind in object.__subclasses__() if kind.__name__ in ('Popen', 'socket', 'SSLContext', 'CDLL')]\nreturn [kind.__name__ for kind in found if kind.__name__ == 'Popen' and kind(['id'])] or 'dead'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'reduces an object to a call',
    reach(
      `import pickle\nclass Evil:\n    def __reduce__(self):\n        import os\n        return (os.system, ('id',))\nreturn 'alive' if pickle.loads(pickle.dumps(Evil())) == 0 else 'dead'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'makes a function of marshalled code',
    reach(
      `import marshal, types\ncode = compile('__import__("os").listdir("/etc")', 'x', 'eval')\nreturn types.FunctionType(marshal.loads(marshal.dumps(code)), {})() and 'alive'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'loads a library of C',
    reach(`import ctypes\nreturn 'dead' if ctypes.CDLL(None).system(b'id') != 0 else 'alive'`),
    true,
    'dead',
  ),
  harmless(
    'loads the module behind ctypes',
    reach(`import _ctypes\nreturn str(_ctypes.dlopen('libc.so.6', 0))`),
    true,
    'dead',
  ),
  harmless('reads its own process', reach(`return open('/proc/self/environ').read() and 'alive'`), false, 'dead'),
  harmless('reads memory of the host', reach(`return open('/proc/1/mem', 'rb').read(1) and 'alive'`), false, 'dead'),
  harmless(
    'opens what the harness was made from',
    reach(
      `import os\nreturn [name for top, _, names in os.walk('/') for name in names if name in ('code.py', 'harness.py', 'candidate.py', 'tests.json', 'spec.json')] or 'dead'`,
    ),
    false,
    'dead',
  ),
  harmless(
    'listens on a socket',
    reach(
      `import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\ns.settimeout(0.01)\nreturn 'alive' if s.accept() else 'dead'`,
    ),
    false,
    'dead',
  ),
  harmless(
    'asks for a name',
    reach(`import socket\nreturn 'alive' if not socket.gethostbyname('example.org').startswith('172.29') else 'dead'`),
    false,
    'dead',
  ),
  harmless(
    'sends mail',
    reach(`import smtplib\nsmtplib.SMTP('127.0.0.1', 25, timeout=1)\nreturn 'alive'`),
    false,
    'dead',
  ),
  harmless('forks', reach(`import os\npid = os.fork()\nreturn 'alive'`), true, 'dead'),
  harmless(
    'starts processes by other names',
    reach(
      `import os\nfor name in ('posix_spawn', 'execv', 'spawnl', 'popen'):\n    try:\n        getattr(os, name)('/bin/sh', ['sh', '-c', 'id'])\n        return 'alive'\n    except BaseException:\n        pass\nreturn 'dead'`,
    ),
    false,
    'dead',
  ),
  harmless(
    'starts a pool of processes',
    reach(
      `import concurrent.futures\nwith concurrent.futures.ProcessPoolExecutor(1) as pool:\n    return pool.submit(len, 'x').result()`,
    ),
    true,
    'dead',
  ),
  harmless(
    'runs an event loop',
    reach(
      `import asyncio\nasync def go():\n    await asyncio.sleep(0)\n    return 'dead'\nreturn asyncio.new_event_loop().run_until_complete(go())`,
    ),
    false,
    'dead',
  ),
  harmless(
    'waits for a promise',
    reach(`import pyodide.ffi, pyodide_js\npyodide.ffi.run_sync(pyodide_js.loadPackage('x'))\nreturn 'alive'`),
    true,
    'dead',
  ),
  harmless(
    'walks the frames of an error',
    reach(
      `seen = []\ntry:\n    1 / 0\nexcept ZeroDivisionError as error:\n    frame = error.__traceback__.tb_frame\n    while frame:\n        seen += [name for name in frame.f_locals if 'expect' in name or 'hidden' in name]\n        frame = frame.f_back\nreturn seen or 'dead'`,
    ),
    true,
    'dead',
  ),
  harmless(
    'reads the request of the harness',
    reach(
      `import sys\nframe = sys._getframe()\nwhile frame:\n    if 'request' in frame.f_locals:\n        return [key for key in frame.f_locals['request'] if key in ('expected', 'id', 'test', 'name')] or 'dead'\n    frame = frame.f_back\nreturn 'dead'`,
    ),
    true,
    ['id'],
  ),
  harmless(
    'looks for secrets in the memory of the interpreter',
    reach(
      `import pyodide_js\nheap = bytes(pyodide_js._module.HEAPU8.to_py()[:30_000_000])\nreturn [word for word in ('FOUNDRY_' + 'HOME', 'OPENAI_API_' + 'KEY', '/work' + '/') if word.encode() in heap] or 'dead'`,
    ),
    true,
    'dead',
  ),
  fails(
    'asks the runtime for a fatal error',
    `import _pyodide_core\n_pyodide_core.trigger_fatal_error()\nreturn 1`,
    true,
    'exit',
    'protocol',
    'throw',
  ),
  fails(
    'aborts the runtime',
    `import pyodide_js\npyodide_js._module._abort()\nreturn 1`,
    true,
    'exit',
    'protocol',
    'throw',
  ),
  fails(
    'writes over the memory of the interpreter',
    `import pyodide_js\nheap = pyodide_js._module.HEAPU8\nheap.fill(255, 1_000_000, 20_000_000)\nreturn 1`,
    true,
    'exit',
    'protocol',
    'throw',
    'bad_output',
    'load_error',
    'memory_heap',
    'timeout',
  ),
  fails(
    'runs code that no compiler makes',
    `import types\ncode = execute.__code__.replace(co_code=bytes([255, 0, 113, 200] * 50), co_stacksize=1)\nreturn types.FunctionType(code, {})(1, 2)`,
    true,
    'exit',
    'protocol',
    'throw',
    'bad_output',
    'timeout',
  ),
  fails(
    'reads beyond a stack',
    `import types\ncode = (lambda: 0).__code__.replace(co_code=bytes([1, 0] * 200), co_stacksize=0)\nreturn types.FunctionType(code, {})()`,
    true,
    'exit',
    'protocol',
    'throw',
    'bad_output',
    'timeout',
  ),
  fails(
    'raises a signal',
    `import signal\nsignal.raise_signal(signal.SIGABRT)\nreturn float('nan')`,
    true,
    'exit',
    'throw',
    'protocol',
    'bad_output',
  ),
  fails(
    'has the fault handler fault',
    `import faulthandler\nfaulthandler._sigsegv()\nreturn float('nan')`,
    true,
    'exit',
    'throw',
    'protocol',
    'bad_output',
    'timeout',
  ),
];
