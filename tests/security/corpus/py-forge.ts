import { body, fails, harmless, type PythonCandidate } from './python-kit.js';

/** The cells of the harness's own function that writes JSON, by name. */
const cells = `
def cells(f):
    return dict(zip(f.__code__.co_freevars, f.__closure__))
call = cells(cells(ctx.call.__func__)['ask'].cell_contents)
write = cells(call['write_json'].cell_contents)
out = call['call_out'].cell_contents
`;
/** Whatever the answer of execute is, this text is put in its place behind the back of the harness. */
const answersWith = (text: string): string => `${cells}
real = write['dumps'].cell_contents
write['dumps'].cell_contents = lambda value: ${text} if value == 'x' else real(value)
return 'x'`;

const observationOf = (sum: string): string => `'{"status":"ok","payload":{"sum":' + ${sum} + '},"prov":[]}'`;

/** Answers that come from a harness that was tampered with, calls that it never made, and conventions that are turned round. */
export const pythonForge: readonly PythonCandidate[] = [
  fails(
    'answers with a nest a hundred thousand deep',
    answersWith(observationOf(`'[' * 400_000 + ']' * 400_000`)),
    true,
    'protocol',
  ),
  fails('answers with a number that JSON cannot hold', answersWith(observationOf(`'1e999'`)), true, 'protocol'),
  fails(
    'answers with a key of the prototype',
    answersWith(observationOf(`'{"__proto__": {"polluted": true}}'`)),
    true,
    'protocol',
  ),
  fails('answers with half a surrogate pair', answersWith(String.raw`'"\\ud800"'`), true, 'protocol'),
  fails('answers with a million values', answersWith(`'[' + '0,' * 450_000 + '0]'`), true, 'protocol'),
  fails('answers with what is no JSON', answersWith(`'{{{'`), true, 'protocol'),
  fails('answers with a line of its own', answersWith(`'1}\\n{"id":"x"'`), true, 'protocol', 'output_flood'),
  harmless(
    'answers twice',
    answersWith(`'1},"done":{"ok":true,"input_changed":false,"sees_place":false,"value":"second"'`),
    true,
    'second',
  ),
  fails(
    'takes all limits away and answers with a book',
    `${cells}\nwrite['max_chars'].cell_contents = write['max_nodes'].cell_contents = 10 ** 12\nreturn 'x' * 3_000_000`,
    true,
    'protocol',
    'output_flood',
  ),
  fails(
    'takes all limits away and answers with a library',
    `${cells}\nwrite['max_chars'].cell_contents = 10 ** 12\nreturn ['x' * 900_000] * 20`,
    true,
    'output_flood',
    'memory_heap',
    'memory_rss',
  ),
  fails(
    'takes all limits away and throws a book',
    `${cells}\nwrite['text_of'].cell_contents = lambda value: Text('x' * 2_000_000)\nclass Text(str):\n    def __getitem__(self, at): return self\nraise ValueError('x')`,
    true,
    'throw',
    'protocol',
    'load_error',
  ),
  fails(
    'makes calls in the name of the harness',
    `${cells}\nout('echo', '{}},' + ','.join('{"call":%d,"name":"echo","args":{}}' % n for n in range(5_000)) + ',{"call":1,"name":"x","args":{}', '')\nreturn 1`,
    true,
    'exit',
  ),
  fails('calls with text that is no JSON', `${cells}\nout('echo', 'forged', '')\nreturn 1`, true, 'exit'),
  fails(
    'says in the arguments of a call that it has ended, and goes on',
    `${cells}\nout('x', '1}],"done":{"ok":true,"input_changed":false,"sees_place":false,"value":7},"more":[{"a":1', '')\nreturn 1`,
    true,
    'exit',
  ),
  fails(
    'calls with a nest of its own making',
    `${cells}\nout('echo', '[' * 300_000 + ']' * 300_000, '')\nreturn 1`,
    true,
    'protocol',
  ),
  fails(
    'calls without end and heeds no refusal',
    `while True:\n    try:\n        ctx.call('echo', {})\n    except Exception:\n        pass`,
    false,
    'output_flood',
    'timeout',
  ),
  harmless('calls a name that is a book', `return len(ctx.call('x' * 2_000_000, {})['name'])`, false, 203),
  harmless(
    'logs a book behind the back of the harness',
    `${cells}\nlog = call['log'].cell_contents\nlog.left = 10 ** 9\nlog.write('y' * 3_000_000)\nreturn 1`,
    true,
    1,
  ),
  fails(
    'replaces the harness for the rest of the call',
    `import sys\nframe = sys._getframe().f_back\nframe.f_locals['execute'] = None\nwhile frame:\n    frame.f_globals.clear()\n    frame = frame.f_back\nreturn {1: 2}`,
    true,
    'bad_output',
    'throw',
    'exit',
    'protocol',
  ),
  fails(
    'replaces the functions that the harness found by name',
    `import json, types, builtins\nfor module in (json, types, builtins):\n    for name in list(vars(module)):\n        if name[0] != '_': setattr(module, name, None)\nreturn {'a': [1, 'b', None, 1.5]}`,
    true,
    'exit',
    'throw',
    'bad_output',
  ),
  harmless(
    'replaces what lists and texts can do, in heirs',
    `class L(list):\n    def __len__(self): return 10 ** 9\n    def __iter__(self): raise SystemExit\n    def __getitem__(self, at): return 'forged'\nclass S(str):\n    def __str__(self): return 'forged'\n    def __len__(self): return 0\nclass I(int):\n    def __int__(self): return 10 ** 30\n    def __repr__(self): return 'forged'\nclass F(float):\n    def __repr__(self): return 'NaN'\nclass D(dict):\n    def items(self): return [('forged', 1)]\n    def __len__(self): return 0\nreturn D(a=L([S('x'), I(5), F(1.5)]))`,
    false,
    { a: ['x', 5, 1.5] },
  ),
  harmless(
    'has keys that are heirs of texts',
    `class K(str):\n    def __str__(self): return 'forged'\n    def __hash__(self): return 1\n    def __eq__(self, other): return True\nreturn {K('a'): 1}`,
    false,
    { a: 1 },
  ),
  fails(
    'has two keys that are the same text',
    `class K(str):\n    def __hash__(self): return id(self)\n    def __eq__(self, other): return self is other\nreturn {'n': {K('a'): 1, K('b'): float('nan')}}`,
    false,
    'bad_output',
  ),
  fails(
    'has a class that says it is another',
    `class Meta(type):\n    def __instancecheck__(cls, other): return True\n    def __subclasscheck__(cls, other): return True\nclass Any(metaclass=Meta):\n    __class__ = dict\nreturn Any()`,
    false,
    'bad_output',
  ),
  fails(
    'changes its class while it is read',
    `class A(dict):\n    pass\na = A(x=1)\nclass B:\n    __slots__ = ()\nclass Trap(str):\n    pass\na['y'] = B()\nreturn a`,
    false,
    'bad_output',
  ),
  fails(
    'has a name that loops',
    `class Meta(type):\n    @property\n    def __name__(cls):\n        while True: pass\nclass A(metaclass=Meta): pass\nreturn A()`,
    false,
    'bad_output',
    'timeout',
  ),
  fails(
    'raises an error whose class has no name',
    `class Meta(type):\n    def __getattribute__(cls, name): raise SystemExit\nclass E(Exception, metaclass=Meta): pass\nraise E('x')`,
    false,
    'throw',
    'exit',
  ),
  fails(
    'raises an error that loops when shown',
    `class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E()`,
    false,
    'timeout',
  ),
  fails(
    'raises a group of errors',
    `raise BaseExceptionGroup('x', [ValueError(str(n)) for n in range(10_000)])`,
    false,
    'throw',
  ),
  fails(
    'raises the refusal of the harness',
    `${cells}raise call['Refusal'].cell_contents('mismatch', 'told')`,
    true,
    'mismatch',
    'throw',
    'protocol',
  ),
  fails(
    'raises a refusal that is none',
    `${cells}raise call['Refusal'].cell_contents('admitted', 'told')`,
    true,
    'protocol',
  ),
  fails('returns a generator', 'yield 1', false, 'bad_output'),
  fails('returns an iterator without end', `import itertools\nreturn itertools.count()`, false, 'bad_output'),
  fails('returns a function', `return {'f': len}`, false, 'bad_output'),
  fails('returns a module', `import json\nreturn {'m': json}`, false, 'bad_output'),
  fails('returns itself', `return execute`, false, 'bad_output'),
  fails('returns a view of memory', `return memoryview(b'x')`, true, 'bad_output'),
  fails('returns a decimal', `import decimal\nreturn {'d': decimal.Decimal('1.5')}`, false, 'bad_output'),
  fails('returns a date', `import datetime\nreturn {'d': datetime.date(2026, 1, 1)}`, false, 'bad_output'),
  fails('returns half a surrogate pair as a key', `return {'\\udc00': 1}`, false, 'bad_output'),
  fails('returns a huge integer as a heir', `class I(int): pass\nreturn I(2 ** 200)`, false, 'bad_output'),
  harmless('returns tuples, words for truth and small numbers', `return (1, True, None, 0.1, -0.0, ('a',))`, false, [
    1,
    true,
    null,
    0.1,
    0,
    ['a'],
  ]),
  harmless(
    'leaves a finalizer that changes everything',
    `import builtins\nclass Late:\n    def __del__(self): builtins.len = None\nglobals()['kept'] = [Late()]\nreturn 1`,
    true,
    1,
  ),
  harmless(
    'hooks imports',
    `import sys\nclass Hook:\n    def find_spec(self, *rest): raise SystemExit('hooked')\nsys.meta_path.insert(0, Hook())\nreturn 1`,
    false,
    1,
  ),
  harmless(
    'offers a runtime of its own',
    `import sys, types\nsys.modules['runtime'] = types.ModuleType('runtime')\nsys.modules['json'] = None\nreturn 1`,
    true,
    1,
  ),
  fails(
    'traces whoever calls it',
    `import sys\nsys.settrace(lambda *rest: (_ for _ in ()).throw(SystemExit()))\nsys.setprofile(lambda *rest: None)\nreturn 1`,
    true,
    'bad_output',
    'throw',
    'exit',
  ),
  harmless('lowers the limit of recursion', `import sys\nsys.setrecursionlimit(60)\nreturn {'a': [1]}`, true, {
    a: [1],
  }),
  {
    name: 'takes the other convention and returns no observation',
    code: 'def execute(context, params, primitives=None, controlled_llm=None):\n    return None\n',
    ends: { reasons: ['throw'] },
    refused: false,
  },
  {
    name: 'takes the other convention and asks its primitives for everything',
    code: "def execute(context, params, primitives=None, controlled_llm=None):\n    return [str(type(primitives)), 'x' in primitives, primitives.get('x')]\n",
    ends: { value: { type: 'evidence', payload: {}, prov: [], status: 'ok' } },
    refused: false,
  },
  {
    name: 'takes the other convention in the order that suits it',
    code: 'def execute(context, params, /, *rest, primitives, controlled_llm):\n    return {"status": "ok", "payload": {"rest": len(rest), "text": controlled_llm(prompt="x")["summary"]}, "prov": []}\n',
    ends: { value: { type: 'evidence', payload: { rest: 0, text: 'x' }, prov: [], status: 'ok' } },
    refused: false,
  },
  {
    name: 'takes the other convention and lies about its code',
    code: `${body('return 1')}execute.__code__ = (lambda context, params: (_ for _ in ()).throw(SystemExit(1))).__code__\n`,
    ends: { reasons: ['throw'] },
    refused: true,
  },
  {
    name: 'is a class that can be called',
    code: 'class Execute:\n    def __call__(self, input, ctx):\n        return 1\nexecute = Execute()\n',
    ends: { reasons: ['no_export'] },
    refused: true,
  },
  {
    name: 'replaces itself while it loads',
    code: `${body('return 1')}import sys\nsys.modules['candidate'] = None\nglobals().clear()\n`,
    ends: { reasons: ['no_export', 'load_error'] },
    refused: true,
  },
];
