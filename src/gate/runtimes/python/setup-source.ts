/**
 * Python that is in the interpreter before the memory snapshot is taken: it loads a candidate into a fresh module, calls
 * it, and turns what comes back into JSON text or a refusal by name. Nothing of the candidate's outlives its invocation
 * but what it did to the interpreter itself, which nobody else uses.
 */
export const setupSource = String.raw`
def _foundry_setup():
    import builtins, random, re, sys, time, traceback, types
    import json as _json
    # What candidates mostly import stands in the snapshot, so that it costs nothing later.
    import ast, base64, bisect, calendar, collections, copy, csv, dataclasses, datetime, decimal, difflib, enum, fractions
    import functools, hashlib, heapq, html, io, itertools, math, operator, pathlib, statistics, string, textwrap, typing
    import contextlib, logging, tempfile, unicodedata, urllib.parse, urllib.request, uuid, zoneinfo

    loads, dumps = _json.loads, _json.dumps
    make_module, make_type = types.ModuleType, type
    max_depth, max_nodes, max_chars, max_logs = 64, 200000, 1000000, 8000
    # Objects of JavaScript under the names of modules: whoever looks through all modules would end the interpreter.
    for name in ('js', 'pyodide_js', 'pyodide_js._api'):
        sys.modules.pop(name, None)
    # It would go through JavaScript for each call, and end the interpreter; this way it is a module that is not there.
    sys.modules['_ctypes'] = None
    sys.meta_path[:] = [finder for finder in sys.meta_path if make_type(finder).__name__ != 'JsFinder']
    base_modules = dict(sys.modules)
    builtin_table, base_builtins = builtins.__dict__, dict(builtins.__dict__)
    real_modules = sys.modules
    dict_items, list_len = dict.items, len
    is_kind = issubclass
    text_of = str

    # What can show a time zone or a locale, and what can reach such a thing by other ways.
    placeful = set(
        'time datetime date locale os posix calendar zoneinfo gettext logging email tempfile platform sysconfig sys pathlib shutil'
        ' zipfile tarfile http wsgiref xmlrpc mailbox imaplib environ getenv strftime strptime localtime gmtime mktime ctime asctime'
        ' fromtimestamp tzname timezone tzset astimezone now today getattr vars globals dict import modules importlib inspect gc'.split()
    )

    class Refusal(BaseException):
        pass

    def refuse(reason, message):
        raise Refusal(reason, message[:300])

    def write_json(value, root, ordered=False):
        spent = [0, 0]

        def spend(text):
            spent[1] += len(text)
            if spent[1] > max_chars:
                refuse('too_big', root + ' is longer than %d characters of JSON' % max_chars)
            return text

        def write_text(value, path):
            plain = str.__str__(value)
            if len(plain) > max_chars:
                refuse('too_big', path + ' is a string of more than %d characters' % max_chars)
            try:
                plain.encode('utf-8')
            except UnicodeEncodeError:
                refuse('bad_output', path + ' is a string with half a surrogate pair')
            return spend(dumps(plain))

        def write(value, path, above, depth):
            spent[0] += 1
            if spent[0] > max_nodes:
                refuse('too_big', root + ' has more than %d values' % max_nodes)
            kind = make_type(value)
            if value is None:
                return spend('null')
            if kind is bool:
                return spend('true' if value else 'false')
            if is_kind(kind, str):
                return write_text(value, path)
            if is_kind(kind, int):
                number = int.__int__(value)
                if not -9007199254740991 <= number <= 9007199254740991:
                    refuse('bad_output', path + ' is an integer beyond 2**53 - 1, which JSON readers round; give it as a string')
                return spend(int.__repr__(number))
            if is_kind(kind, float):
                number = float.__float__(value)
                if number != number:
                    refuse('bad_output', path + ' is NaN')
                if number in (float('inf'), float('-inf')):
                    refuse('bad_output', path + ' is infinite')
                return spend('0' if number == 0 else float.__repr__(number))
            if id(value) in above:
                refuse('bad_output', path + ' contains itself (a cycle)')
            if depth > max_depth:
                refuse('too_big', path[:60] + '... is nested deeper than %d levels' % max_depth)
            below = above | {id(value)}
            if is_kind(kind, (list, tuple)):
                base = list if is_kind(kind, list) else tuple
                parts = [write(base.__getitem__(value, at), path + '[%d]' % at, below, depth + 1) for at in range(base.__len__(value))]
                return spend('[') + ','.join(parts) + spend(']')
            if is_kind(kind, dict):
                pairs = list(dict_items(value))
                for key, _ in pairs:
                    if not is_kind(make_type(key), str):
                        refuse('bad_output', path + ' has a key that is no string (%s)' % make_type(key).__name__[:60])
                    if str.__str__(key) == '__proto__':
                        refuse('bad_output', path + ' has the key __proto__')
                if ordered:
                    pairs.sort(key=lambda pair: pair[0])
                parts = [
                    write_text(key, path) + ':' + write(each, path + '.' + str.__str__(key)[:60], below, depth + 1)
                    for key, each in pairs
                ]
                return spend('{') + ','.join(parts) + spend('}')
            names = {set: 'a set', frozenset: 'a set', bytes: 'bytes', bytearray: 'bytes', complex: 'a complex number'}
            refuse('bad_output', path + ' is ' + names.get(kind, 'an instance of ' + text_of(make_type.__getattribute__(kind, '__name__'))[:60]))

        return write(value, root, frozenset(), 0)

    def describe(thrown):
        try:
            name = text_of(make_type.__getattribute__(make_type(thrown), '__name__'))[:80]
            said = text_of(thrown)[:400]
            return name + ': ' + said if said else name
        except BaseException:
            return 'something that cannot be read'

    class Log:
        encoding, errors, newlines, closed = 'utf-8', 'replace', None, False

        def __init__(self):
            self.parts, self.left = [], max_logs

        def write(self, text):
            text = text_of(text)
            if self.left > 0:
                self.parts.append(text[: self.left])
                self.left -= len(text)
            return len(text)

        def writelines(self, lines):
            for line in lines:
                self.write(line)

        def flush(self):
            pass

        def isatty(self):
            return False

        def fileno(self):
            raise OSError('there is no file behind this')

    def make_dice(seed):
        state = [seed & 0xFFFFFFFF]

        def random_number():
            state[0] = (state[0] + 0x6D2B79F5) & 0xFFFFFFFF
            mixed = state[0] ^ (state[0] >> 15)
            mixed = (mixed * (1 | state[0])) & 0xFFFFFFFF
            mixed = ((mixed + (((mixed ^ (mixed >> 7)) * (61 | mixed)) & 0xFFFFFFFF)) & 0xFFFFFFFF) ^ mixed
            return ((mixed ^ (mixed >> 14)) & 0xFFFFFFFF) / 4294967296

        return random_number

    class CallError(Exception):
        def __init__(self, code, message):
            super().__init__(message)
            self.code = code

    def make_context(request, call_out, log):
        roll = make_dice(request['seed'])
        context_text, moment = request['context'], request['now']

        def ask(name, args):
            try:
                text = write_json({} if args is None else args, 'args')
            except Refusal as refusal:
                raise CallError('invalid_input', refusal.args[1]) from None
            answer = call_out(name, text, ''.join(log.parts))
            value = loads(answer[1:])
            if answer[0] == '1':
                return value
            raise CallError(value['code'], value['message'])

        class Context:
            __slots__ = ('context',)

            def __init__(self):
                self.context = loads(context_text)

            def now(self):
                return moment

            def random(self):
                return roll()

            def call(self, name, args=None):
                if make_type(name) is not str:
                    raise CallError('invalid_input', 'The first argument of ctx.call is the name of a dependency.')
                if name == 'fetch':
                    raise CallError('invalid_input', 'fetch is no dependency; use ctx.fetch.')
                return ask(name, args)

            def fetch(self, url, options=None, **named):
                return ask('fetch', {**(options or {}), **named, 'url': url})

        return Context()

    def restore():
        builtin_table.clear()
        builtin_table.update(base_builtins)
        sys.modules = real_modules
        for name in list(real_modules):
            if name not in base_modules:
                del real_modules[name]
        real_modules.update(base_modules)

    def failed(reason, message):
        return '{"ok":false,"reason":' + dumps(reason) + ',"message":' + dumps(text_of(message)[:500].encode('utf-8', 'replace').decode()) + '}'

    def sees_place(body):
        # By the names that the code mentions. One that it makes up while it runs is missed; it then sees the place that is pinned.
        if any(name.strip('_') in placeful for dotted in body.co_names for name in dotted.split('.')):
            return True
        return any(sees_place(part) for part in body.co_consts if isinstance(part, types.CodeType))

    def work(request, call_out, log):
        try:
            body = compile(request['program'], 'candidate.py', 'exec', dont_inherit=True)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            return failed('load_error', 'the code does not compile: ' + describe(error))
        near = sees_place(body)
        if request.get('passes'):
            _foundry_count_loops(body, request['passes'])
        convene.prepare()
        module = make_module('candidate')
        module.__file__ = '/candidate/code.py'
        real_modules['candidate'] = module
        try:
            exec(body, module.__dict__)
        except MemoryError:
            return failed('memory_heap', 'the code used too much memory')
        except BaseException as error:
            return failed('load_error', 'loading the code raised ' + describe(error))
        execute = module.__dict__.get('execute')
        if not isinstance(execute, types.FunctionType):
            return failed('no_export', 'the code defines no function named execute')
        given = loads(request['input'])
        before = write_json(given, 'input', True)
        context = make_context(request, call_out, log)
        try:
            value = convene(execute, given, context, request)
        except MemoryError:
            return failed('memory_heap', 'the code used too much memory')
        except Refusal as refusal:
            return failed(*refusal.args)
        except BaseException as error:
            return failed('throw', describe(error))
        if isinstance(value, types.CoroutineType):
            value.close()
            return failed('bad_output', 'execute is async; make it a plain function, ctx.call needs no await')
        try:
            text = write_json(value, 'result')
        except Refusal as refusal:
            return failed(*refusal.args)
        except MemoryError:
            return failed('memory_heap', 'the code used too much memory')
        except BaseException as error:
            return failed('bad_output', 'reading the result raised ' + describe(error))
        try:
            changed = write_json(given, 'input', True) != before
        except BaseException:
            changed = True
        flags = ',"input_changed":' + ('true' if changed else 'false') + ',"sees_place":' + ('true' if near else 'false')
        return '{"ok":true' + flags + ',"value":' + text + '}'

    def run(request_text, call_out):
        restore()
        request = loads(request_text)
        random.seed(request['ambientSeed'])
        sys.setrecursionlimit(1000)
        log = Log()
        sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = log
        sys.stdin = io.StringIO('')
        try:
            done = work(request, call_out, log)
        except MemoryError:
            done = failed('memory_heap', 'the code used too much memory')
        restore()
        return dumps(''.join(log.parts).encode('utf-8', 'replace').decode()) + '\n' + done

    convene = _foundry_convention(make_module, real_modules, is_kind)
    return run


_foundry_run = _foundry_setup()
`;
