/**
 * Python that reads a candidate without running it: what may not be in it, what depends on the surroundings, and its
 * literals. It runs in an interpreter that never runs a candidate.
 */
export const inspectSource = `
def _foundry_inspector():
    import ast, json, sys

    standard = set(sys.stdlib_module_names) | {'runtime'}
    unfit = {
        'subprocess', 'multiprocessing', 'threading', '_thread', 'concurrent', 'ctypes', '_ctypes', 'gc', 'importlib', 'builtins',
        'signal', 'faulthandler', 'pty', 'runpy', 'code', 'codeop', 'pdb', 'bdb', 'site', 'socketserver', 'webbrowser', 'tkinter',
        'turtle', 'ensurepip', 'venv', 'zipimport', 'resource', 'fcntl', 'tracemalloc', '_testcapi', 'atexit', 'js', 'pyodide',
        'pyodide_js', '_pyodide', '_pyodide_core', 'pyodide_http', 'micropip',
    }
    names = {
        'eval', 'exec', 'compile', '__import__', 'globals', 'locals', 'vars', 'breakpoint', 'input', 'exit', 'quit', 'help',
        '__builtins__', '__loader__', '__spec__', 'memoryview',
    }
    members = {
        '__subclasses__', '__globals__', '__builtins__', '__code__', '__closure__', '__bases__', '__mro__', '__base__',
        '__import__', '__loader__', '__getattribute__', 'f_globals', 'f_locals', 'f_back', 'f_builtins', 'gi_frame', 'gi_code',
        'cr_frame', 'tb_frame', 'ag_frame', '_getframe', '_exit', 'abort', 'system', 'popen', 'fork', 'kill', 'execv', 'execve',
        'spawnv', 'modules', 'setrecursionlimit', 'settrace', 'setprofile',
    }
    catching = {'ImportError', 'ModuleNotFoundError', 'Exception', 'BaseException'}

    def top(name):
        return (name or '').split('.')[0]

    def caught_names(handler):
        kind = handler.type
        if kind is None:
            return {'Exception'}
        return {each.id for each in (kind.elts if isinstance(kind, ast.Tuple) else [kind]) if isinstance(each, ast.Name)}

    def imported(node):
        if isinstance(node, ast.Import):
            return [top(each.name) for each in node.names]
        return ['.'] if node.level else [top(node.module)]

    def unread(problem):
        return {'problems': ['the code cannot be read: ' + problem], 'flags': [], 'strings': [], 'numbers': [], 'values': [], 'lists': []}

    def values_of(tree):
        # What the code works with, in the order of the text: keys are names, and a text alone on its line is a description.
        names = {key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
        names |= {node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)}
        names |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found = [
            node for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and (type(node.value) is str and node not in names or type(node.value) in (int, float) and abs(node.value) < 1e300)
        ]
        found.sort(key=lambda node: (node.lineno, node.col_offset))
        return list(dict.fromkeys(node.value for node in found))[:200]

    def written_out(tree):
        found, left = [], 200_000
        for node in ast.walk(tree):
            if not isinstance(node, (ast.List, ast.Tuple, ast.Dict)) or len(found) >= 2_000:
                continue
            try:
                text = json.dumps(ast.literal_eval(node), allow_nan=False)
            except (ValueError, TypeError, RecursionError, MemoryError):
                continue
            left -= len(text)
            if left < 0:
                break
            found.append(text)
        return found

    def inspect(code):
        problems, flags, strings, numbers = [], [], [], []
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError) as error:
            return unread(str(error)[:300])
        except (RecursionError, MemoryError):
            return unread('it is nested too deeply')
        # A module whose absence is coped with may be asked for: that it is absent is then part of the runtime.
        excused = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Try) and any(caught_names(handler) & catching for handler in node.handlers):
                for inner in node.body:
                    if isinstance(inner, (ast.Import, ast.ImportFrom)):
                        excused.add(inner)
        declared = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        declared |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        declared |= {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        for node in ast.walk(tree):
            line = 'line %d: ' % getattr(node, 'lineno', 0)
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for name in imported(node):
                    if name in unfit:
                        problems.append(line + 'import of ' + name + ' is not allowed')
                    elif name not in standard and node not in excused:
                        told = 'import of ' + name[:60] + ' is not allowed; only the standard library can be imported'
                        problems.append(line + told)
                    if node in excused:
                        flags.append(line + 'imports ' + name[:60] + ' if it is there; the answer may depend on that')
            elif isinstance(node, ast.Attribute) and node.attr in members:
                problems.append(line + '.' + node.attr + ' is not allowed')
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names and node.id not in declared:
                problems.append(line + node.id + ' is not allowed')
            elif isinstance(node, ast.Constant):
                if type(node.value) is str:
                    strings.append(node.value)
                elif type(node.value) in (int, float) and abs(node.value) < 1e300:
                    numbers.append(node.value)
        found = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == 'execute']
        if not found:
            problems.insert(0, 'the module must have "def execute(input, ctx)"')
        elif isinstance(found[-1], ast.AsyncFunctionDef):
            problems.insert(0, 'execute must be a plain function (def); ctx.call needs no await')
        return {'problems': problems, 'flags': flags, 'strings': strings, 'numbers': numbers, 'values': values_of(tree), 'lists': written_out(tree)}

    def inspect_text(code):
        try:
            return json.dumps(inspect(code), allow_nan=False)
        except (RecursionError, MemoryError):
            return json.dumps(unread('it is nested too deeply'))

    return inspect_text


_foundry_inspect = _foundry_inspector()
`;
