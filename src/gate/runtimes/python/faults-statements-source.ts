/** Python: the small faults that can be put into statements, and changes that are none. */
export const faultsStatementsSource = String.raw`
def _foundry_statement_faults(shared, helper_of):
    import ast, hashlib

    is_observation = shared['is_observation']
    scopes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Module)
    # Literals are left to the operators of literals.
    literal = (ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)

    def unknown(code, use):
        """A name that no code can hold, for it is made of the code's hash: else code could ask whether it is being tried."""
        return '_' + hashlib.sha256((use + code.text).encode('utf-8', 'replace')).hexdigest()[:16]

    def is_list_part(code, node):
        return code.above[node][1] in ('body', 'orelse', 'finalbody')

    def is_talk(node):
        """What prints or logs changes no answer."""
        call = node.value if isinstance(node, ast.Expr) else None
        func = call.func if isinstance(call, ast.Call) else None
        if isinstance(func, ast.Attribute):
            levels = ('debug', 'info', 'warning', 'warn', 'error', 'critical', 'exception')
            return isinstance(func.value, ast.Name) and func.value.id in ('logging', 'logger', 'log', 'warnings') and func.attr in levels
        return isinstance(func, ast.Name) and func.id == 'print'

    def deleted(code, node):
        if is_list_part(code, node) and not is_talk(node) and not isinstance(getattr(node, 'value', None), ast.Constant):
            yield code.replaced('statement deleted', node, 'pass')

    def augmented(code, node):
        signs = {
            ast.Add: ('+', '-'), ast.Sub: ('-', '+'), ast.Mult: ('*', '/'), ast.Div: ('/', '*'), ast.FloorDiv: ('//', '*'), ast.Mod: ('%', '*'),
            ast.Pow: ('**', '*'), ast.BitAnd: ('&', '|'), ast.BitOr: ('|', '&'), ast.BitXor: ('^', '&'), ast.LShift: ('<<', '>>'), ast.RShift: ('>>', '<<'),
        }
        yield code.replaced('statement deleted', node, 'pass')
        if type(node.op) in signs and not isinstance(node.value, (ast.List, ast.ListComp, ast.JoinedStr)):
            if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
                old, new = signs[type(node.op)]
                pattern = ''.join('\\' + each for each in old) + '='
                yield from code.token('assignment', (node.target, node.value), pattern, (new + '=',))

    def is_bound_before(code, target):
        """Whether a name has a value already: without its first one the code would only fail."""
        code.bound = code.bound or first_bindings(code)
        start = code.start(target)
        return code.bound.get((code.within(target, scopes), target.id), start) < start

    def first_bindings(code):
        found = {}
        for node in code.nodes:
            if isinstance(node, ast.arg):
                found[code.within(node, scopes), node.arg] = -1
        for node in code.nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.setdefault((code.within(node, scopes), node.id), code.start(node))
        return found

    def assigned(code, node):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is None or not is_list_part(code, node):
            return
        kept = all(
            isinstance(each, (ast.Subscript, ast.Attribute)) or isinstance(each, ast.Name) and is_bound_before(code, each) for each in targets
        )
        if kept:
            yield code.replaced('statement deleted', node, 'pass')

    def condition(code, node):
        for text in ('True', 'False'):
            yield code.replaced('condition', node.test, text)

    def loop_condition(code, node):
        # One that is forced on never ends.
        yield code.replaced('condition', node.test, 'False')

    def returned(code, node):
        value = node.value
        if value is None or isinstance(value, literal) or is_observation(value) or helper_of(code, value):
            return
        yield code.replaced('return emptied', value, 'None')

    def handler(code, node):
        """An exception that is coped with goes on instead."""
        if not (len(node.body) == 1 and isinstance(node.body[0], ast.Raise)):
            yield code.fault('handler removed', code.start(node.body[0]), code.end(node.body[-1]), 'raise')

    def case(code, node):
        if node.guard:
            for text in ('True', 'False'):
                yield code.replaced('condition', node.guard, text)
        if not isinstance(node.body[0], ast.Pass):
            yield code.fault('case emptied', code.start(node.body[0]), code.end(node.body[-1]), 'pass')

    def parameters(code, node):
        """Only the first default can go: none may stand before a parameter without one."""
        for named, default in code.defaults(node):
            if default in node.defaults[:1]:
                yield from code.without('default removed', (named, default), code.end(named), code.end(default))

    def ahead_of(code, first, text):
        """A statement before another one, on a line of its own where that one has a line of its own."""
        start = code.start(first)
        for decorator in getattr(first, 'decorator_list', [])[:1]:
            start = code.text.rindex('@', 0, code.start(decorator))
        before = code.text[code.starts[code.line(start) - 1] : start]
        return start, text + ('; ' if before.strip() else '\n' + before)

    def neutral(code):
        """What changes the code of every function, and nothing that it does."""
        name = unknown(code, 'neutral')
        for node in ast.walk(code.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                described = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
                if len(node.body) > described:
                    yield ahead_of(code, node.body[described], name + ' = ' + repr(name))

    table = {
        ast.AugAssign: augmented, ast.Assign: assigned, ast.AnnAssign: assigned, ast.If: condition, ast.While: loop_condition,
        ast.Return: returned, ast.ExceptHandler: handler, ast.match_case: case, ast.arguments: parameters,
    }
    for kind in (ast.Expr, ast.Raise, ast.Break, ast.Continue, ast.For, ast.AsyncFor, ast.Delete, ast.Assert):
        table[kind] = deleted
    return table, neutral
`;
