/** Python: the small faults that can be put into expressions, by the operators of mutation testing. */
export const faultsExpressionsSource = String.raw`
def _foundry_expression_faults():
    import ast

    arithmetic = {
        ast.Add: ('+', '-'), ast.Sub: ('-', '+'), ast.Mult: ('*', '/'), ast.Div: ('/', '*'), ast.FloorDiv: ('//', '/'), ast.Mod: ('%', '*'),
        ast.Pow: ('**', '*'), ast.BitAnd: ('&', '|'), ast.BitOr: ('|', '&'), ast.BitXor: ('^', '&'), ast.LShift: ('<<', '>>'),
        ast.RShift: ('>>', '<<'),
    }
    # The bound moved, and the comparison turned round.
    comparison = {
        ast.Lt: ('<', ('<=', '>=')), ast.LtE: ('<=', ('<', '>')), ast.Gt: ('>', ('>=', '<=')), ast.GtE: ('>=', ('>', '<')),
        ast.Eq: ('==', ('!=',)), ast.NotEq: ('!=', ('==',)), ast.In: (r'\bin\b', ('not in',)), ast.NotIn: (r'\bnot\s+in\b', ('in',)),
        ast.Is: (r'\bis\b', ('is not',)), ast.IsNot: (r'\bis\s+not\b', ('is',)),
    }
    # A status that is none would end every test; another one is the fault that a test may miss.
    other_status = {'ok': 'missing', 'missing': 'ok', 'fail': 'missing'}
    text_methods = set('join strip lstrip rstrip lower upper title capitalize format replace zfill ljust rjust center'.split())

    def escaped(sign):
        return ''.join('\\' + each for each in sign)

    def is_text(node):
        """What is known to be a text or a list: arithmetic on it would only be a type error."""
        while isinstance(node, ast.BinOp):
            if isinstance(node.op, (ast.Add, ast.Mult)) and is_text(node.right):
                return True
            node = node.left
        if isinstance(node, ast.Constant):
            return isinstance(node.value, (str, bytes))
        if isinstance(node, ast.Call):
            func = node.func
            return func.attr in text_methods if isinstance(func, ast.Attribute) else isinstance(func, ast.Name) and func.id in ('str', 'repr')
        return isinstance(node, (ast.JoinedStr, ast.List, ast.ListComp))

    def binary(code, node):
        if type(node.op) in arithmetic and not is_text(node.left) and not is_text(node.right):
            old, new = arithmetic[type(node.op)]
            yield from code.token('arithmetic', (node.left, node.right), escaped(old), (new,))

    def compare(code, node):
        sides = [node.left] + node.comparators
        for at, op in enumerate(node.ops):
            old, texts = comparison[type(op)]
            yield from code.token('comparison', (sides[at], sides[at + 1]), old, texts)

    def is_plain(node):
        empty = isinstance(node, (ast.List, ast.Tuple)) and not node.elts or isinstance(node, ast.Dict) and not node.keys
        return empty or isinstance(node, ast.Constant) or isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.args

    def logical(code, node):
        values = node.values
        if isinstance(node.op, ast.Or) and is_plain(values[-1]):
            kept = code.end(values[-2])
            if len(values) == 2:
                yield code.replaced('default removed', node, code.operand(values[0]))
            else:
                yield from code.without('default removed', node, kept, code.end(values[-1]))
            values = values[:-1]
        old, new = (r'\band\b', 'or') if isinstance(node.op, ast.And) else (r'\bor\b', 'and')
        for at in range(len(values) - 1):
            yield from code.token('logical', (values[at], values[at + 1]), old, (new,))

    def unary(code, node):
        if isinstance(node.op, (ast.Not, ast.USub)):
            yield code.replaced('logical' if isinstance(node.op, ast.Not) else 'arithmetic', node, code.operand(node.operand))

    def conditional(code, node):
        for text in ('True', 'False'):
            yield code.replaced('condition', node.test, text)

    def filters(code, node):
        for condition in node.ifs:
            yield code.replaced('filter removed', condition, 'True')

    def status_of(code, node):
        parent, field = code.above[node]
        if isinstance(parent, ast.Dict):
            key = parent.keys[parent.values.index(node)] if field == 'values' else None
            named = isinstance(key, ast.Constant) and key.value == 'status'
        elif isinstance(parent, ast.Assign):
            target = parent.targets[0]
            named = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and target.slice.value == 'status'
        else:
            named = isinstance(parent, ast.keyword) and parent.arg == 'status'
        return other_status.get(node.value) if named else None

    def is_told_only(code, node):
        """Words of an error are for people: no behaviour depends on them."""
        above = code.within(node, ast.stmt)
        return isinstance(above, ast.Raise) or isinstance(above, ast.Assert) and above.msg is node

    def is_name(code, node):
        """A key or the name of what is called: another one is no fault that a test could miss."""
        parent, field = code.above[node]
        if isinstance(parent, ast.Call) and node in parent.args[:1]:
            return is_context_call(code, parent) or code.is_primitive(parent)
        return field == 'keys' and isinstance(parent, (ast.Dict, ast.MatchMapping)) or field == 'slice' and isinstance(parent, ast.Subscript)

    def constant(code, node):
        value, kind = node.value, type(node.value)
        if kind is bool:
            yield code.replaced('boolean', node, str(not value))
        elif value is None:
            parent = code.above[node][0]
            if not isinstance(parent, (ast.Compare, ast.Slice)) and not is_observation(parent):
                yield code.replaced('none', node, "''")
        elif kind in (int, float) and abs(value) < 1e300:
            yield code.replaced('number', node, '0' if value == 1 else repr(value + 1))
        elif kind in (str, bytes) and not is_name(code, node) and not is_told_only(code, node):
            status = status_of(code, node) if kind is str else None
            mark = 'b' if kind is bytes else ''
            if status:
                yield code.replaced('status', node, repr(status))
            else:
                yield code.replaced('string', node, mark + ("''" if value else "'mutant'"))

    def template(code, node):
        if node.values and not is_told_only(code, node):
            yield code.replaced('string', node, "''")

    def is_observation(node):
        return isinstance(node, ast.Dict) and any(isinstance(key, ast.Constant) and key.value == 'status' for key in node.keys)

    def emptied(code, node):
        parent, field = code.above[node]
        if isinstance(node, ast.Dict):
            if node.keys and not is_observation(node):
                yield code.replaced('object emptied', node, '{}')
            for key, value in zip(node.keys, node.values):
                if key is None:
                    first = code.text.rindex('**', 0, code.start(value))
                    rest = code.text[code.end(value):]
                    last = code.end(value) + (1 if rest.startswith(',') else 0)
                    yield code.fault('spread dropped', first, last, '')
        elif isinstance(node, ast.DictComp):
            yield code.replaced('object emptied', node, '{}')
        elif isinstance(node, (ast.Set, ast.SetComp)):
            yield code.replaced('set emptied', node, 'set()')
        elif isinstance(node, ast.ListComp):
            yield code.replaced('list emptied', node, '[]')
        elif isinstance(node.ctx, ast.Load) and node.elts:
            if isinstance(node, ast.List):
                yield code.replaced('list emptied', node, '[]')
            elif isinstance(parent, ast.Compare) and field == 'comparators':
                yield code.replaced('list emptied', node, '()')

    def subscript(code, node):
        part = node.slice
        if not isinstance(part, ast.Slice) or not isinstance(node.ctx, ast.Load):
            return
        if part.lower or part.upper or part.step:
            yield code.replaced('slice dropped', node, code.operand(node.value))
        for bound, sign in ((part.lower, ' + 1'), (part.upper, ' - 1')):
            # A number moves by the operator of numbers.
            if bound and not isinstance(bound, (ast.Constant, ast.UnaryOp)) and not is_length(bound):
                yield code.replaced('off by one', bound, code.operand(bound) + sign)

    def is_length(node):
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == 'len'

    def is_context_call(code, node):
        func = node.func
        is_method = isinstance(func, ast.Attribute) and func.attr in ('call', 'fetch')
        return is_method and isinstance(func.value, ast.Name) and func.value.id in code.context

    shared = {'is_observation': is_observation, 'is_context_call': is_context_call, 'is_length': is_length}
    table = {
        ast.BinOp: binary, ast.Compare: compare, ast.BoolOp: logical, ast.UnaryOp: unary, ast.IfExp: conditional,
        ast.comprehension: filters, ast.Constant: constant, ast.JoinedStr: template, ast.Subscript: subscript,
    }
    for kind in (ast.Dict, ast.DictComp, ast.Set, ast.SetComp, ast.ListComp, ast.List, ast.Tuple):
        table[kind] = emptied
    return table, shared
`;
