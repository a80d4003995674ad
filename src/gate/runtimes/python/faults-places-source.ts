/**
 * Python that knows where the parts of a candidate stand in its text, for faults to be put there. Places are counted in
 * characters here and in UTF-16 units outside, as the host counts; the syntax tree counts bytes of a line.
 */
export const faultsPlacesSource = String.raw`
def _foundry_places():
    import ast, bisect, re

    whole_already = (
        ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp,
        ast.DictComp, ast.GeneratorExp, ast.JoinedStr,
    )
    signs = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
    # What a type is mostly told with. Whatever else stands there could be code that runs.
    of_types = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.BinOp, ast.BitOr, ast.Load, ast.Starred)
    always_given = ('primitives', 'controlled_llm')

    def is_word(text):
        return text == '_' or text.isalnum()

    def is_idle(node, field):
        """Descriptions and types do nothing."""
        if isinstance(node, ast.Expr):
            return isinstance(node.value, ast.Constant)
        return field in ('annotation', 'returns') and all(isinstance(each, of_types) for each in ast.walk(node))

    class Code:
        def __init__(self, text):
            self.text = text
            self.tree = ast.parse(text)
            self.starts = [0] + [found.end() for found in re.finditer(r'\r\n|\r|\n', text)]
            self.wide = [at for at, each in enumerate(text) if ord(each) > 0xFFFF]
            self.encoded, self.bound = {}, {}
            self.above = {}
            self.nodes = list(self.walk())
            self.read_names()

        def read_names(self):
            self.helpers, self.runtime, self.primitives, self.context = {}, set(), {'primitives'}, {'ctx'}
            for node in self.nodes:
                if isinstance(node, ast.Import):
                    self.runtime |= {each.asname or each.name for each in node.names if each.name == 'runtime'}
                elif isinstance(node, ast.ImportFrom) and node.module == 'runtime':
                    self.helpers.update({each.asname or each.name: each.name for each in node.names})
                elif isinstance(node, ast.FunctionDef) and node.name == 'execute' and len(node.args.args) > 1:
                    self.context.add(node.args.args[1].arg)
                elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and self.is_primitive(node.value):
                    self.primitives.add(node.targets[0].id)

        def is_primitive(self, node):
            """primitives["Name"], primitives.get("Name"), or a name that one of them was given."""
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == 'get':
                node = node.func
            held = node.value if isinstance(node, (ast.Subscript, ast.Attribute)) else None
            return isinstance(held, ast.Name) and held.id == 'primitives'

        def unit(self, at):
            return at + bisect.bisect_left(self.wide, at)

        def line(self, at):
            return bisect.bisect_right(self.starts, at)

        def place(self, line, column):
            start = self.starts[line - 1]
            if line not in self.encoded:
                shown = self.text[start : self.starts[line] if line < len(self.starts) else None]
                self.encoded[line] = None if shown.isascii() else shown.encode('utf-8')
            encoded = self.encoded[line]
            return start + (column if encoded is None else len(encoded[:column].decode('utf-8', 'ignore')))

        def start(self, node):
            return self.place(node.lineno, node.col_offset)

        def end(self, node):
            return self.place(node.end_lineno, node.end_col_offset)

        def of(self, node):
            return self.text[self.start(node) : self.end(node)]

        def operand(self, node):
            """The text of a node, in brackets where it would otherwise come apart in another place."""
            text = self.of(node)
            return text if isinstance(node, whole_already) and '\n' not in text else '(' + text + ')'

        def fault(self, operator, start, end, text):
            """What stands from start to end replaced, kept apart from the words beside it."""
            if text and start > 0 and is_word(text[0]) and is_word(self.text[start - 1]):
                text = ' ' + text
            if text and end < len(self.text) and is_word(text[-1]) and is_word(self.text[end]):
                text = text + ' '
            return (operator, start, end, text)

        def replaced(self, operator, node, text):
            return self.fault(operator, self.start(node), self.end(node), text)

        def token(self, operator, between, old, texts):
            """The token between two nodes replaced; nothing where a comment stands there, for it could hold the token too."""
            start = self.end(between[0])
            gap = self.text[start : self.start(between[1])]
            found = None if '#' in gap else re.search(old, gap)
            if found:
                for text in texts:
                    yield self.fault(operator, start + found.start(), start + found.end(), text)

        def without(self, operator, whole, first, last):
            """A node, or two and what is between, without the part from first to last; nothing where a bracket would be left alone."""
            ends = whole if isinstance(whole, tuple) else (whole, whole)
            gone = self.text[first:last]
            if all(gone.count(left) == gone.count(right) for left, right in ('()', '[]', '{}')):
                start, end = self.start(ends[0]), self.end(ends[1])
                yield self.fault(operator, start, end, self.text[start:first] + self.text[last:end])

        def is_given(self, node, named):
            """Whether a parameter is one of execute that the harness always gives, so that its default is never looked at."""
            function = self.above[node][0]
            plain = [each.arg for each in node.posonlyargs + node.args]
            is_entry = isinstance(function, ast.FunctionDef) and function.name == 'execute' and function in self.tree.body
            return is_entry and (named.arg in plain[:2] or plain[:2] == ['context', 'params'] and named.arg in always_given)

        def defaults(self, node):
            """The parameters of a function that have a default, each with it."""
            plain = node.posonlyargs + node.args
            pairs = list(zip(plain[len(plain) - len(node.defaults) :], node.defaults)) if node.defaults else []
            pairs += [(named, default) for named, default in zip(node.kwonlyargs, node.kw_defaults) if default]
            return [(named, default) for named, default in pairs if not (isinstance(default, ast.Constant) and self.is_given(node, named))]

        def below(self, node):
            """The parts of a node that do something, each with the field that it stands in."""
            if type(node).__name__ in ('JoinedStr', 'TemplateStr'):
                # Of a template what is put in, and not the words.
                for part in node.values:
                    if not isinstance(part, ast.Constant):
                        yield part.value, 'value'
                        if part.format_spec:
                            yield from self.below(part.format_spec)
                return
            if isinstance(node, ast.arguments):
                yield from ((named, 'args') for named in node.posonlyargs + node.args + node.kwonlyargs + [node.vararg, node.kwarg] if named)
                yield from ((default, 'defaults') for _, default in self.defaults(node))
                return
            for field, value in ast.iter_fields(node):
                for each in value if isinstance(value, list) else [value]:
                    if isinstance(each, ast.AST) and not isinstance(each, signs) and not is_idle(each, field):
                        yield each, field

        def walk(self):
            open_nodes = [self.tree]
            while open_nodes:
                node = open_nodes.pop()
                yield node
                below = list(self.below(node))
                for each, field in below:
                    self.above[each] = (node, field)
                open_nodes.extend(each for each, _ in reversed(below))

        def within(self, node, kinds):
            """The nearest node above of one of the kinds."""
            while node in self.above:
                node = self.above[node][0]
                if isinstance(node, kinds):
                    return node
            return None

    return Code
`;
