/** Python: the small faults that can be put into calls: left out, exchanged, without a default, one too few. */
export const faultsCallsSource = String.raw`
def _foundry_call_faults(shared):
    import ast, re

    is_context_call, is_length = shared['is_context_call'], shared['is_length']
    dropped = set(
        'strip lstrip rstrip lower upper title capitalize casefold swapcase replace removeprefix removesuffix ljust rjust center '
        'zfill expandtabs union intersection difference symmetric_difference'.split()
    )
    renamed = {
        'startswith': 'endswith', 'endswith': 'startswith', 'find': 'rfind', 'rfind': 'find', 'partition': 'rpartition',
        'rpartition': 'partition', 'add': 'discard', 'floor': 'ceil', 'ceil': 'floor', 'popleft': 'pop', 'nlargest': 'nsmallest',
        'nsmallest': 'nlargest', 'issubset': 'issuperset', 'issuperset': 'issubset',
    }
    functions = {'min': 'max', 'max': 'min', 'any': 'all', 'all': 'any', 'floor': 'ceil', 'ceil': 'floor'}
    as_list = {'sorted', 'reversed', 'set', 'frozenset'}
    # What is left where a call is dropped: one of its arguments, counted from zero.
    kept_argument = {'abs': 0, 'round': 0, 'filter': 1, 'map': 1, 're.sub': 2, 'unicodedata.normalize': 1, 'math.fabs': 0}
    ordered = {'sorted', 'min', 'max', 'sort'}
    other_helper = {'ok': 'missing', 'missing': 'ok', 'fail': 'missing'}

    def name_of(func):
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
            return func.value.id + '.' + func.attr
        return func.id if isinstance(func, ast.Name) else ''

    def helper_of(code, node):
        """The helper of the other layout that makes an observation, where the call is one."""
        if not isinstance(node, ast.Call):
            return None
        func = node.func
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in code.runtime:
            return func.attr
        return code.helpers.get(func.id) if isinstance(func, ast.Name) else None

    def helper(code, node):
        other = other_helper[helper_of(code, node)]
        func = node.func
        local = next((name for name, helped in code.helpers.items() if helped == other), None)
        fits = len(node.args) == 0 and all(each.arg not in ('reason', 'error') for each in node.keywords)
        if isinstance(func, ast.Attribute) and fits:
            end = code.end(func)
            yield code.fault('status', end - len(func.attr), end, other)
        elif isinstance(func, ast.Name) and fits and local:
            yield code.replaced('status', func, local)
        else:
            yield code.replaced('status', node, '{**' + code.of(node) + ", 'status': '" + other + "'}")

    def is_primitive_call(code, node):
        func = node.func
        return code.is_primitive(func) or isinstance(func, ast.Name) and func.id in code.primitives

    def defaults(code, node):
        """The last argument, where it is what is given for something that is not there."""
        func = node.func
        by_method = isinstance(func, ast.Attribute) and func.attr in ('get', 'pop') and len(node.args) == 2
        by_function = isinstance(func, ast.Name) and (func.id, len(node.args)) in (('getattr', 3), ('next', 2))
        if (by_method or by_function) and not node.keywords:
            last = node.args[-1]
            if not (isinstance(last, ast.Constant) and last.value is None and func_is_get(func)):
                yield from code.without('default removed', node, code.end(node.args[-2]), code.end(last))
        for keyword in node.keywords:
            if keyword.arg == 'default':
                yield from without_keyword(code, 'default removed', node, keyword)

    def func_is_get(func):
        return isinstance(func, ast.Attribute) and func.attr == 'get'

    def without_keyword(code, operator, node, keyword):
        parts = node.args + node.keywords
        at = parts.index(keyword)
        if at > 0:
            yield from code.without(operator, node, code.end(parts[at - 1]), code.end(keyword))
        elif len(parts) > 1:
            yield from code.without(operator, node, code.start(keyword), code.start(parts[1]))
        else:
            yield from code.without(operator, node, code.start(keyword), code.end(keyword))

    def by_method(code, node, func):
        end = code.end(func)
        start = end - len(func.attr)
        if func.attr in dropped:
            yield code.replaced('call dropped', node, code.operand(func.value))
        elif func.attr in renamed:
            yield code.fault('call', start, end, renamed[func.attr])
        elif func.attr == 'append' and len(node.args) == 1 and re.match(r'append\s*\(', code.text[start:]):
            bracket = code.text.index('(', end) + 1
            first = code.start(node)
            yield code.replaced('call', node, code.text[first:start] + 'insert(0, ' + code.text[bracket : code.end(node)])

    def call(code, node):
        func, name = node.func, name_of(node.func)
        if is_context_call(code, node) or is_primitive_call(code, node):
            yield code.replaced('call dropped', node, 'None')
            return
        if helper_of(code, node) in other_helper:
            yield from helper(code, node)
            return
        plain = [each for each in node.args if not isinstance(each, ast.Starred)]
        if name in kept_argument and len(plain) > kept_argument[name]:
            yield code.replaced('call dropped', node, code.operand(plain[kept_argument[name]]))
        elif name in as_list and len(plain) == 1:
            yield code.replaced('call dropped', node, 'list' + bracketed(code, plain[0]))
        elif name in functions:
            yield code.replaced('call', func, functions[name])
        elif isinstance(func, ast.Attribute):
            yield from by_method(code, node, func)
        if name.split('.')[-1] in ordered:
            for keyword in node.keywords:
                if keyword.arg == 'key':
                    yield from without_keyword(code, 'order dropped', node, keyword)
        if is_length(node) and len(plain) == 1:
            yield code.replaced('off by one', node, '(' + code.of(node) + ' - 1)')
        if name == 'range' and plain:
            stop = plain[0] if len(plain) == 1 else plain[1]
            if not isinstance(stop, (ast.Constant, ast.UnaryOp)) and not is_length(stop):
                yield code.replaced('off by one', stop, code.operand(stop) + ' - 1')
        yield from defaults(code, node)

    def bracketed(code, node):
        text = code.operand(node)
        return text if text.startswith('(') and not isinstance(node, ast.Call) else '(' + text + ')'

    return {ast.Call: call}, helper_of
`;
