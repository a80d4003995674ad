import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mutants, mutantsOf } from '../../../src/gate/mutation/mutants.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { openPython } from '../../support/python.js';
import { invocation, never } from './support.js';

const sandbox = openPython();
// The interpreter may have to be made first.
beforeAll(async () => {
  await sandbox.health();
});
afterAll(() => sandbox.close());

async function mutantsIn(code: string, wanted = 1_000): Promise<Mutants> {
  const faults = await sandbox.possibleFaults?.(code);
  if (faults === undefined) throw new Error('the sandbox for Python tells no faults');
  return mutantsOf(code, faults, wanted);
}
const described = async (code: string): Promise<string[]> =>
  (await mutantsIn(code)).chosen.map((one) => one.description);

async function problemsOf(code: string): Promise<readonly string[]> {
  const facts = await sandbox.inspect?.(code);
  return (facts?.problems ?? []).filter((problem) => problem.includes('cannot be read'));
}

const execute = (body: string): string => `def execute(input, ctx):\n${body.replace(/^/gm, '    ')}\n`;

describe('the faults of Python', () => {
  test.each([
    ['x = a + b', '`+` becomes `-`'],
    ['x = a // b', '`//` becomes `/`'],
    ['x = (a) * (b)', '`*` becomes `/`'],
    ['x = -a', '`-a` becomes `a`'],
    ['x += 1', '`+=` becomes `-=`'],
    ['x += 1', '`x += 1` is left out'],
    ['x = a < b', '`<` becomes `<=`'],
    ['x = a < b', '`<` becomes `>=`'],
    ['x = a < b <= c', '`<=` becomes `<`'],
    ['x = a == b', '`==` becomes `!=`'],
    ['x = a in b', '`in` becomes `not in`'],
    ['x = a not  in b', '`not in` becomes `in`'],
    ['x = a is None', '`is` becomes `is not`'],
    ['x = a is not b', '`is not` becomes `is`'],
    ['x = a in (1, 2)', '`(1, 2)` becomes `()`'],
    ['x = a and b', '`and` becomes `or`'],
    ['x = a or b', '`or` becomes `and`'],
    ['x = not a', '`not a` becomes `a`'],
    ['x = not (a or b)', '`not (a or b)` becomes `(a or b)`'],
    ['x = not(a)and b', '`not(a)` becomes `a`'],
    ['x = a or []', '`a or []` becomes `a`'],
    ['x = a or b or 0', '`a or b or 0` becomes `a or b`'],
    ['x = True', '`True` becomes `False`'],
    ['x = 41', '`41` becomes `42`'],
    ['x = 1', '`1` becomes `0`'],
    ['x = 0.5', '`0.5` becomes `1.5`'],
    ['x = "word"', '`"word"` becomes `\'\'`'],
    ["x = ''", "`''` becomes `'mutant'`"],
    ["x = b'ab'", "`b'ab'` becomes `b''`"],
    ["x = f'a {b}'", "`f'a {b}'` becomes `''`"],
    ["x = f'a {b + 2}'", '`+` becomes `-`'],
    ['x = None', "`None` becomes `''`"],
    ['x = a if b else c', '`b` becomes `False`'],
    ['if a: b()', '`a` becomes `True`'],
    ['if a: pass\nelif b: c()', '`b` becomes `False`'],
    ['while a: b()', '`a` becomes `False`'],
    ['while a: b()', '`b()` is left out'],
    ['for a in b: c(a)', '`for a in b: c(a)` is left out'],
    ['for a in b:\n  break', '`break` is left out'],
    ['def f(a):\n  a = 2\n  return a', '`a = 2` is left out'],
    ['x = {}\nx["k"] = 3', '`x["k"] = 3` is left out'],
    ['def f(a):\n  return a.b', '`a.b` becomes `None`'],
    ['def f(a, b=3):\n  pass', '`b=3` becomes `b`'],
    ['raise ValueError(a)', '`raise ValueError(a)` is left out'],
    ['try:\n  a()\nexcept ValueError:\n  b()', '`b()` becomes `raise`'],
    ['assert a', '`assert a` is left out'],
    ['match a:\n  case 1 if b:\n    c()', '`c()` is left out'],
    ['match a:\n  case 1 if b:\n    c()', '`b` becomes `False`'],
    ['x = [a, b]', '`[a, b]` becomes `[]`'],
    ['x = {"k": a}', '`{"k": a}` becomes `{}`'],
    ['x = {a, b}', '`{a, b}` becomes `set()`'],
    ['x = [a for a in b]', '`[a for a in b]` becomes `[]`'],
    ['x = {a: 1 for a in b}', '`{a: 1 for a in b}` becomes `{}`'],
    ['x = {**a, "k": 1}', '`**a,` is left out'],
    ['x = [a for a in b if a > 2]', '`a > 2` becomes `True`'],
    ['x = a.strip().lower()', '`a.strip().lower()` becomes `a.strip()`'],
    ['x = (a + b).upper()', '`(a + b).upper()` becomes `(a + b)`'],
    ['x = sorted(a, key=len, reverse=True)', '`sorted(a, key=len, reverse=True)` becomes `list(a)`'],
    ['x = sorted(a, key=len, reverse=True)', '`sorted(a, key=len, reverse=True)` becomes `sorted(a, reverse=True)`'],
    ['x = list(reversed(a))', '`reversed(a)` becomes `list(a)`'],
    ['x = set(b for b in a)', '`set(b for b in a)` becomes `list(b for b in a)`'],
    ['x = round(a / b, 2)', '`round(a / b, 2)` becomes `(a / b)`'],
    ["x = re.sub('a', 'b', c)", "`re.sub('a', 'b', c)` becomes `c`"],
    ['x = min(a, b)', '`min` becomes `max`'],
    ['x = any(a)', '`any` becomes `all`'],
    ['x = math.floor(a)', '`floor` becomes `ceil`'],
    ["x = a.startswith('b')", '`startswith` becomes `endswith`'],
    ['x.append(a)', '`x.append(a)` becomes `x.insert(0, a)`'],
    ['x = len(a)', '`len(a)` becomes `(len(a) - 1)`'],
    ['x = range(a)', '`a` becomes `a - 1`'],
    ['x = range(1, a + b)', '`a + b` becomes `(a + b) - 1`'],
    ['x = a[b:]', '`b` becomes `b + 1`'],
    ['x = a[:b]', '`b` becomes `b - 1`'],
    ['x = a[1:]', '`a[1:]` becomes `a`'],
    ['x = a.get("k", 2)', '`a.get("k", 2)` becomes `a.get("k")`'],
    ['x = next(a, 0)', '`next(a, 0)` becomes `next(a)`'],
    ['x = max(a, default=0)', '`max(a, default=0)` becomes `max(a)`'],
    ['x = ctx.call("get", {"id": a})', '`ctx.call("get", {"id": a})` becomes `None`'],
    ['x = ctx.call("get", {"id": a})', '`{"id": a}` becomes `{}`'],
    ['x = ctx.fetch(a)', '`ctx.fetch(a)` becomes `None`'],
    ['x = {"status": "ok", "payload": a}', '`"ok"` becomes `\'missing\'`'],
    ['x = dict(status="fail", payload=a)', '`"fail"` becomes `\'missing\'`'],
    ['import runtime\nx = runtime.ok(payload=a)', '`ok` becomes `missing`'],
    ['from runtime import ok\nx = ok(a, b)', "`ok(a, b)` becomes `{**ok(a, b), 'status': 'missing'}`"],
    ['x = primitives["Find"](context, {})', '`primitives["Find"](context, {})` becomes `None`'],
    ['find = primitives.get("Find")\nx = find(context, {})', '`find(context, {})` becomes `None`'],
  ])('of %s hold %s', async (code, description) => {
    expect(await described(code)).toContain(description);
    for (const mutant of (await mutantsIn(code)).chosen)
      expect([mutant.description, await problemsOf(mutant.code)]).toEqual([mutant.description, []]);
  });

  test.each([
    ['keys', "x = {'key': a}\ny = x['key']"],
    ['names of what is called', "x = ctx.call('key')\ny = primitives['key'](a)"],
    ['descriptions', "'''key'''\ndef f():\n  'key'\n  return 0"],
    ['annotations', "def f(a: 'key') -> 'key':\n  b: 'key'\n  return 0"],
    ['words of an error', "if a:\n  raise ValueError('key')\nassert a, 'key'"],
    ['defaults in place of which the harness always gives a value', "def execute(input, ctx='key'):\n  return input"],
  ])('leave %s alone', async (_what, code) => {
    for (const description of await described(code)) expect(description).not.toMatch(/^`f?'key'` becomes/);
  });

  test.each([
    ['a decorator', '@(lambda f: lambda input, ctx: input["n"] * 7)\ndef execute(input, ctx): pass'],
    ['an annotation', 'def f(a: (lambda n: n * 7)): pass'],
    ['a default of execute', 'def execute(input, ctx, f=lambda n: n * 7): return f(input)'],
    ['the width of a template', "x = f'{a:{b * 7}}'"],
    ['a base of a class', 'class A(f(b * 7)): pass'],
    ['the value of a reserved name', '__x__ = a * 7'],
    ['a part that runs under one name only', "if __name__ != '__main__':\n  x = a * 7"],
  ])('are found in code that hides in %s', async (_where, code) => {
    expect(await described(code)).toContain('`*` becomes `/`');
  });

  test('are none where a comment stands between two operands', async () => {
    expect(await described('x = (a  # + b\n  + c)')).toEqual([]);
  });

  test('are none where they would only be errors of types, or only change what is printed', async () => {
    expect(await described("x = 'a' + str(b)\nprint(x)\ny = [1] + c")).not.toContain('`+` becomes `-`');
    expect(await described('print(x)')).toEqual([]);
  });

  test('leave the status of an answer standing', async () => {
    const all = await described(execute("return {'status': 'ok', 'payload': {'n': input['n']}, 'prov': []}"));
    expect(all).toEqual(["`'ok'` becomes `'missing'`", "`{'n': input['n']}` becomes `{}`"]);
  });

  test('stand where the author sees them, whatever the characters before them', async () => {
    const code = `größe = n + 1; s = "𝒳é" if größe < 2 else 'ü'
t = f"é{größe * 3}𝒳{s or '–'}" + str(n - 4)
u = ("𝒳"
     "ß", n > 5)`;
    const { chosen } = await mutantsIn(code);
    const told = chosen.map(({ line, description }) => `${line}: ${description}`);
    expect(told).toEqual(
      expect.arrayContaining([
        '1: `+` becomes `-`',
        '1: `"𝒳é"` becomes `\'\'`',
        '1: `größe < 2` becomes `False`',
        '2: `*` becomes `/`',
        "2: `s or '–'` becomes `s`",
        '2: `-` becomes `+`',
        '3: `"𝒳" "ß"` becomes `\'\'`',
        '4: `>` becomes `>=`',
      ]),
    );
    const last = chosen.find(({ description }) => description === '`5` becomes `6`');
    expect(last?.code).toContain('"ß", n > 6)');
    for (const mutant of chosen) expect(await problemsOf(mutant.code), mutant.description).toEqual([]);
  });

  test('keep to their lines where these end otherwise', async () => {
    const { chosen } = await mutantsIn('x = 1\r\ny = "a\\\r\nb" + z\r\nw = x < 3\r\n');
    expect(chosen.find(({ description }) => description === '`<` becomes `<=`')).toMatchObject({ line: 4 });
  });

  test('come in the order of the text, each once, and the same ones each time', async () => {
    const code = Array.from({ length: 100 }, (_, at) => `def f${at}(a, b): return a + b`).join('\n');
    const { chosen, total } = await mutantsIn(code, 10);
    expect(total).toBe(200);
    expect(chosen.map((one) => one.line)).toEqual([1, 11, 21, 31, 41, 51, 61, 71, 81, 91]);
    expect(new Set((await mutantsIn(code)).chosen.map((one) => one.code)).size).toBe(200);
    expect(await mutantsIn(code, 10)).toEqual(await mutantsIn(code, 10));
  });

  test('are not told of what cannot be read', async () => {
    expect(await sandbox.possibleFaults?.('def execute(:')).toBeUndefined();
    expect(await sandbox.possibleFaults?.(`x = ${'('.repeat(5_000)}1${')'.repeat(5_000)}`)).toBeUndefined();
  });

  test('come with changes of every function that change nothing that it does', async () => {
    const code = `def f(a):
    "What it is for."
    @property
    def g(b): return b
    if a: return 1
    return g

class A:
\tasync def h(self):
\t\tpass
`;
    const { control } = await mutantsIn(code.replaceAll('\\t', '\t'));
    expect(control.match(/_[0-9a-f]{16} = '_[0-9a-f]{16}'/g)).toHaveLength(3);
    expect(await problemsOf(control)).toEqual([]);
  });

  test('are found in a text as long as is allowed, and in long chains', { timeout: 120_000 }, async () => {
    const long = `x = [${Array.from({ length: 17_000 }, (_, at) => at).join(', ')}]`;
    expect((await mutantsIn(long, 60)).chosen).toHaveLength(60);
    expect((await mutantsIn(`x = a${' - b'.repeat(500)}`)).total).toBe(500);
    expect((await mutantsIn(`x = a${'.strip()'.repeat(400)}`)).total).toBe(400);
  });
});

describe('the count of loops', () => {
  const group = sandbox.openGroup();
  afterAll(() => group.close());
  const run = async (code: string, where: Pick<Sandbox, 'open'> = group) => {
    const session = await where.open(code);
    const outcome = await session.invoke(invocation({ input: { n: 3 }, timeoutMs: 60_000 }), never);
    await session.close();
    return outcome.ok ? outcome.value : `${outcome.reason} ${outcome.message}`;
  };

  test('changes nothing of loops that end', async () => {
    const code = execute(`n = input['n']
for a in range(3):
    for b in range(2):
        while n < 2: n += 1
        n += b
    else: n += 1
def each():
    for a in range(100_000):
        if a % 2: continue
        yield a
n += sum(each()) + len([a for a in range(50_000) if a % 3])
return n`);
    expect(await run(code)).toBe(await run(code, sandbox));
  });

  test.each([
    ['a loop', 'while True: pass'],
    ['a loop around one', 'while True:\n  for a in range(3): n = a'],
    [
      'a loop that catches everything',
      'while True:\n  try:\n    while True:\n      n = 1\n  except Exception:\n    continue\n  except BaseException:\n    n = 2',
    ],
    ['a loop in a function', 'def f():\n  while True: pass\nf()'],
    ['a generator', 'def f():\n  while True: yield 1\nsum(f())'],
    ['a comprehension', 'return [0 for _ in iter(int, 1)]'],
  ])('ends %s without an end', async (_what, body) => {
    expect(await run(execute(body))).toBe('throw SystemExit: loop');
  });

  test('begins anew for every run', async () => {
    const code = execute('for a in range(150_000): pass\nreturn a');
    for (let at = 0; at < 3; at += 1) expect(await run(code)).toBe(149_999);
  });
});
