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
    unread = {'annotation', 'returns', 'type_params', 'decorator_list', 'type_comment', 'bases', 'format_spec'}

    def is_word(text):
        return text == '_' or text.isalnum()

    def is_dunder(node):
        return isinstance(node, ast.Name) and node.id.startswith('__') and node.id.endswith('__')

    def is_idle(node):
        """Descriptions, what runs only outside of a module, and what the module says of itself."""
        if isinstance(node, ast.If):
            return isinstance(node.test, ast.Compare) and is_dunder(node.test.left)
        if isinstance(node, ast.Assign):
            return is_dunder(node.targets[0])
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) or type(node).__name__ in ('TemplateStr', 'TypeAlias')

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

        def below(self, node):
            """The parts of a node that do something: no annotations, decorators, and no words of templates."""
            if isinstance(node, ast.JoinedStr):
                for part in node.values:
                    if isinstance(part, ast.FormattedValue):
                        yield part.value, 'value'
                return
            for field, value in ast.iter_fields(node):
                if field in unread or (isinstance(node, ast.ClassDef) and field == 'keywords'):
                    continue
                # The harness gives execute all that it takes, so its defaults are never looked at.
                if field == 'args' and isinstance(node, ast.FunctionDef) and node.name == 'execute' and node in self.tree.body:
                    continue
                for each in value if isinstance(value, list) else [value]:
                    if isinstance(each, ast.AST) and not isinstance(each, signs) and not is_idle(each):
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
