import type { FailureReason } from '../../../src/gate/model.js';
import { body, fails, harmless, type PythonCandidate } from './python-kit.js';

const anyLimit: readonly FailureReason[] = ['timeout', 'memory_heap', 'memory_rss', 'throw', 'exit', 'too_big'];
const bomb = (name: string, text: string, refused = false): PythonCandidate => fails(name, text, refused, ...anyLimit);

/** Time, memory and output that one call spends. */
export const pythonBombs: readonly PythonCandidate[] = [
  bomb('sleeps for ever', `import time\ntime.sleep(10 ** 9)`),
  bomb('waits for input', `import sys\nreturn len(sys.stdin.read()) or [n for n in iter(int, 1)]`),
  bomb('shifts a number', `return len(str(1 << (1 << 40)))`),
  bomb('multiplies numbers', `n = 3\nwhile True:\n    n *= n`),
  bomb('prints a number in decimal', `import sys\nsys.set_int_max_str_digits(0)\nreturn len(str(3 ** 5_000_000))`),
  bomb('computes a factorial', `import math\nreturn math.factorial(10 ** 7) % 7`),
  bomb(
    'computes decimals without end',
    `import decimal\ndecimal.getcontext().prec = 10 ** 7\nreturn str(decimal.Decimal(2).sqrt())[:5]`,
  ),
  bomb(
    'sorts by a comparison that never ends',
    `import functools\ndef never(a, b):\n    while True: pass\nreturn sorted([2, 1], key=functools.cmp_to_key(never))`,
  ),
  bomb('repeats a text', `return len('x' * (1 << 30) * 64)`),
  bomb('formats a wide field', `return len('{:>2000000000}'.format('x'))`),
  bomb('joins what grows', `text = 'x'\nwhile True:\n    text = text.join([text, text])`),
  bomb('makes lists of lists', `kept = []\nwhile True:\n    kept.append([kept] * 100_000)`),
  bomb('fills a dict', `kept = {}\nn = 0\nwhile True:\n    n += 1\n    kept[n] = [n] * 50`),
  bomb('unpacks a range', `return len([*range(10 ** 10)])`),
  bomb('repeats an iterator', `import itertools\nreturn list(itertools.repeat(1))`),
  bomb(
    'multiplies sets of possibilities',
    `import itertools\nreturn sum(1 for _ in itertools.product(range(10), repeat=20))`,
  ),
  bomb(
    'unpacks a bomb of zeros',
    `import zlib\npacked = zlib.compress(b'0' * 20_000_000)\nkept = []\nwhile True:\n    kept.append(zlib.decompress(packed))`,
  ),
  bomb('parses a deep text', `import json\nreturn json.loads('[' * 1_000_000)`),
  bomb(
    'parses deep code',
    `import ast\nreturn str(ast.parse('(' * 150 + '1' + ')' * 150)) and [n for n in iter(int, 1)]`,
  ),
  bomb(
    'matches by looking back',
    `import re
return bool(re.match(r'^(([a-z])+.)+[A-Z]([a-z])+$', 'a' * 60))`,
  ),
  bomb('recurses in a repr', `a = []\nfor n in range(100_000):\n    a = [a]\nreturn len(repr(a))`),
  bomb('recurses in a comparison', `a, b = [], []\nfor n in range(100_000):\n    a, b = [a], [b]\nreturn a == b`),
  bomb(
    'recurses in a class',
    `class A:\n    def __getattr__(self, name): return getattr(self, name + 'x')\nreturn A().a`,
  ),
  bomb(
    'catches the end of recursion',
    `def again():\n    try:\n        return again()\n    finally:\n        again()\nreturn again()`,
  ),
  bomb(
    'raises the limit of recursion by another name',
    `import sys\ngetattr(sys, 'setrecursion' + 'limit')(10 ** 9)\ndef again(n):\n    return again(n + 1)\nreturn again(0)`,
  ),
  bomb(
    'catches the end of memory',
    `kept = []\nwhile True:\n    try:\n        kept.append(bytearray(10_000_000))\n    except MemoryError:\n        pass`,
  ),
  bomb(
    'hides its end in a finalizer',
    `class Late:\n    def __del__(self):\n        while True: pass\nLate()\nreturn 1`,
  ),
  bomb(
    'starts threads without end',
    `import threading\nwhile True:\n    try:\n        threading.Thread(target=print).start()\n    except BaseException:\n        pass`,
    true,
  ),
  bomb(
    'allocates behind the back of Python',
    `import pyodide_js\nkept = []\nwhile True:\n    kept.append(pyodide_js._module.HEAPU8.constructor.new(50_000_000).fill(1))`,
    true,
  ),
  bomb(
    'fills the file system in memory',
    `n = 0\nwhile True:\n    n += 1\n    with open('/tmp/%d' % n, 'wb') as f:\n        f.write(b'x' * 5_000_000)`,
  ),
  bomb('loops in the clock', `import time\nend = time.monotonic() + 10 ** 9\nwhile time.monotonic() < end:\n    pass`),
  bomb('yields without end', `def again():\n    while True:\n        yield [0] * 1_000\nreturn list(again())`),
  bomb('builds classes without end', `kept = object\nwhile True:\n    kept = type('A', (kept,), {'x': [0] * 1_000})`),
  {
    name: 'fills memory while it loads',
    code: `kept = []\nwhile True:\n    kept.append('x' * 10_000_000)\n${body('return 1')}`,
    ends: { reasons: [...anyLimit, 'load_error'] },
    refused: false,
  },
  {
    name: 'compiles to more than fits',
    code: `x = [${'1,'.repeat(60_000)}]\n${body('return len(x)')}`,
    ends: { value: 60_000 },
    refused: false,
  },
  {
    name: 'folds a constant that is too large',
    code: `${body("return len('x' * 4096 * 4096 * 64)")}`,
    ends: { reasons: [...anyLimit, 'load_error'] },
    refused: false,
  },
  {
    name: 'nests functions deep',
    code: `${Array.from({ length: 110 }, (_, n) => `${' '.repeat(n)}def f${n}():\n`).join('')}${' '.repeat(110)}return 1\n${body('return 1')}`,
    ends: { reasons: ['load_error'] },
    refused: true,
  },
  { name: 'holds a zero', code: `x = 1\0\n${body('return 1')}`, ends: { reasons: ['load_error'] }, refused: true },
  {
    name: 'holds half a surrogate pair',
    code: `x = '\ud800'\n${body('return 1')}`,
    ends: { reasons: ['load_error', 'protocol', 'exit'] },
    refused: true,
  },
  {
    name: 'declares another encoding',
    code: `# -*- coding: utf-7 -*-\n${body('return 1')}`,
    ends: { value: 1 },
    refused: false,
  },
  {
    name: 'warns without end',
    code: `${Array.from({ length: 3_000 }, (_, n) => `x${n} = '\\d' is 1`).join('\n')}\n${body('return 1')}`,
    ends: { value: 1 },
    refused: false,
  },
  harmless(
    'prints to every file that it can name',
    `import os, sys\nfor n in range(3, 60):\n    try:\n        os.write(n, b'forged')\n    except OSError:\n        pass\nfor f in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):\n    f.write('x' * 1_000_000)\nreturn 1`,
    false,
    1,
  ),
  harmless(
    'closes every file that it can name',
    `import os, sys\nfor n in range(60):\n    try:\n        os.close(n)\n    except OSError:\n        pass\nsys.stdout = sys.stderr = None\nprint('x')\nreturn 1`,
    false,
    1,
  ),
  harmless(
    'looks for dice and clocks that are not pinned',
    `import os, random, secrets, time, uuid\nreturn [os.urandom(4) == os.urandom(4), time.time() == time.time(), uuid.uuid4().version, time.time() == 1767225600.0, secrets.randbelow(1)]`,
    false,
    [false, true, 4, true, 0],
  ),
];
