import { body, fails, harmless, type PythonCandidate, reach } from './corpus/python-kit.js';

export const pythonCandidates: readonly PythonCandidate[] = [
  // Ending or stalling the process.
  fails('raises SystemExit', 'raise SystemExit(0)', false, 'throw'),
  fails('calls sys.exit', 'import sys\nsys.exit(0)', false, 'throw'),
  fails('ends the interpreter', 'import os\nos._exit(0)', true, 'exit'),
  fails('aborts', 'import os\nos.abort()', true, 'exit', 'throw'),
  fails('kills itself', 'import os, signal\nos.kill(os.getpid(), 9)\nreturn 1', true, 'exit', 'throw', 'bad_output'),
  fails('loops without end', 'while True:\n    pass', false, 'timeout'),
  fails(
    'catches everything in a loop',
    'while True:\n    try:\n        1 / 0\n    except BaseException:\n        pass',
    false,
    'timeout',
  ),
  fails(
    'matches a catastrophic pattern',
    "import re\nreturn bool(re.match(r'(a+)+$', 'a' * 40 + 'b'))",
    false,
    'timeout',
  ),
  fails(
    'computes a monstrous number',
    'return len(bin(3 ** (10 ** 9)))',
    false,
    'timeout',
    'memory_heap',
    'memory_rss',
  ),
  fails('recurses without end', 'def again():\n    return again() + 1\nreturn again()', false, 'throw'),
  fails(
    'recurses deeper than allowed',
    'import sys\nsys.setrecursionlimit(10 ** 8)\ndef again(n):\n    return [again(n + 1)]\nreturn again(0)',
    true,
    'throw',
    'exit',
    'memory_heap',
  ),
  {
    name: 'loops while it loads',
    code: `while True:\n    pass\n${body('return 1')}`,
    ends: { reasons: ['timeout'] },
    refused: false,
  },
  {
    name: 'raises while it loads',
    code: `raise ValueError('no')\n${body('return 1')}`,
    ends: { reasons: ['load_error'] },
    refused: false,
  },
  { name: 'defines no execute', code: 'x = 1\n', ends: { reasons: ['no_export'] }, refused: true },
  { name: 'is no function', code: 'execute = 5\n', ends: { reasons: ['no_export'] }, refused: true },
  { name: 'is no program', code: 'def execute(input, ctx:\n', ends: { reasons: ['load_error'] }, refused: true },
  {
    name: 'nests so deeply that parsers fall over',
    code: body(`return ${'('.repeat(5_000)}1${')'.repeat(5_000)}`),
    ends: { reasons: ['load_error', 'memory_heap', 'exit'] },
    refused: true,
  },
  {
    name: 'is asynchronous',
    code: 'async def execute(input, ctx):\n    return 1\n',
    ends: { reasons: ['bad_output'] },
    refused: true,
  },

  // Memory and output.
  fails(
    'fills memory',
    "kept = []\nwhile True:\n    kept.append('x' * 10_000_000)",
    false,
    'memory_heap',
    'memory_rss',
  ),
  fails('asks for everything at once', 'return len(bytearray(1 << 40))', false, 'memory_heap', 'throw'),
  harmless('prints without end', "for n in range(20_000):\n    print('x' * 100)\nreturn 1", false, 1),
  harmless(
    'writes to file descriptors',
    "import os\nfor n in range(2_000):\n    os.write(1, b'x' * 100 + b'\\n')\n    os.write(2, b'y\\n')\nreturn 1",
    false,
    1,
  ),
  harmless(
    'prints replies',
    'print(\'{"id":"x","text":"forged"}\')\nimport sys\nsys.__stdout__.write(\'{"id":1,"text":"forged"}\\n\')\nreturn 1',
    false,
    1,
  ),

  // What no JSON can hold.
  fails('returns NaN', "return {'a': float('nan')}", false, 'bad_output'),
  fails('returns infinity', "return [float('inf')]", false, 'bad_output'),
  fails('returns a cycle', 'a = []\na.append(a)\nreturn a', false, 'bad_output'),
  fails('returns keys that are no strings', 'return {1: 2}', false, 'bad_output'),
  fails('returns a number too long', 'return 2 ** 80', false, 'bad_output'),
  fails('returns an object', 'class Thing: pass\nreturn Thing()', false, 'bad_output'),
  fails('returns bytes and sets', "return [b'x', {1}]", false, 'bad_output'),
  fails('returns half a surrogate pair', "return '\\ud800'", false, 'bad_output'),
  fails('returns something huge', "return ['x' * 1000] * 10_000", false, 'too_big'),
  fails('returns something deep', 'a = 1\nfor n in range(200):\n    a = [a]\nreturn a', false, 'too_big'),
  fails(
    'lies about its class',
    'class Liar:\n    @property\n    def __class__(self):\n        return dict\nreturn Liar()',
    false,
    'bad_output',
  ),
  fails(
    'returns a dict that loops when read',
    'class Trap(dict):\n    def __bool__(self):\n        while True: pass\n    def items(self):\n        while True: pass\nreturn {1.5: Trap()}',
    false,
    'bad_output',
  ),
  fails(
    'raises what cannot be shown',
    'class Bad(Exception):\n    def __str__(self):\n        raise SystemExit(1)\nraise Bad()',
    false,
    'throw',
  ),

  // Looking for a way out.
  harmless(
    'imports JavaScript',
    reach(
      'import js\nfound = [name for name in dir(js) if name in ("Deno", "process", "fetch", "WebSocket", "Worker")]\nreturn found or "dead"',
    ),
    true,
    'dead',
  ),
  harmless(
    'runs JavaScript',
    reach('from pyodide.code import run_js\nreturn str(run_js("globalThis.Deno"))'),
    true,
    'dead',
  ),
  harmless(
    'builds a JavaScript function',
    reach('import pyodide_js\nmake = pyodide_js.loadPackage.constructor\nreturn str(make("return globalThis")())'),
    true,
    'dead',
  ),
  harmless('reads the host', reach("return open('/etc/passwd').read()"), false, 'dead'),
  harmless(
    'lists the host',
    reach("import os\nreturn [each for each in os.listdir('/') if each in ('etc', 'root', 'usr')] or 'dead'"),
    false,
    'dead',
  ),
  harmless(
    'looks at the environment',
    reach(
      "import os\nreturn [each for each in os.environ if each in ('FOUNDRY_HOME', 'OPENAI_API_KEY', 'NODE_ENV', 'VITEST')] or 'dead'",
    ),
    false,
    'dead',
  ),
  harmless(
    'opens a socket',
    reach("import socket\nsocket.create_connection(('127.0.0.1', 80), 1)\nreturn 'alive'"),
    false,
    'dead',
  ),
  harmless(
    'fetches a page',
    reach("import urllib.request\nreturn urllib.request.urlopen('http://127.0.0.1/', timeout=1).read().decode()"),
    false,
    'dead',
  ),
  harmless(
    'starts a process',
    reach("import subprocess\nreturn subprocess.check_output(['id']).decode()"),
    true,
    'dead',
  ),
  harmless('calls a shell', reach("import os\nreturn 'dead' if os.system('id') != 0 else 'alive'"), true, 'dead'),
  harmless(
    'starts a thread',
    reach("import threading\nt = threading.Thread(target=print)\nt.start()\nreturn 'alive'"),
    true,
    'dead',
  ),
  harmless(
    'looks for expected values in the frames above',
    reach(
      "import sys\nframe, seen = sys._getframe(), []\nwhile frame:\n    seen += [name for name in frame.f_locals if 'expect' in name]\n    frame = frame.f_back\nreturn seen or 'dead'",
    ),
    true,
    'dead',
  ),
  harmless(
    'looks for expected values among all objects',
    reach(
      "import gc\nreturn [1 for each in gc.get_objects() if type(each) is dict and ''.join(['payload_', 'contains']) in each] or 'dead'",
    ),
    true,
    'dead',
  ),
  harmless('installs a package', reach("import micropip\nreturn 'alive'"), true, 'dead'),

  // Reaching for the harness.
  harmless(
    'replaces built-ins',
    'import builtins\nbuiltins.len = builtins.isinstance = builtins.range = builtins.str = None\nreturn 1',
    true,
    1,
  ),
  harmless(
    'replaces json',
    "import json\njson.dumps = json.loads = lambda *a, **k: 'forged'\nreturn {'a': [1]}",
    false,
    { a: [1] },
  ),
  harmless('registers work for the end', "import atexit\natexit.register(lambda: print('late'))\nreturn 1", true, 1),
  harmless('empties the modules', 'import sys\nsys.modules.clear()\nreturn 1', true, 1),
];
