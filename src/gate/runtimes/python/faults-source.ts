import { faultsCallsSource } from './faults-calls-source.js';
import { faultsExpressionsSource } from './faults-expressions-source.js';
import { faultsPlacesSource } from './faults-places-source.js';
import { faultsStatementsSource } from './faults-statements-source.js';

/**
 * Python that tells the small faults that can be put into a candidate, without running it: each by its place, its line
 * and the text that stands there instead. It runs in an interpreter that never runs a candidate.
 */
export const faultsSource = `${faultsPlacesSource}${faultsExpressionsSource}${faultsCallsSource}${faultsStatementsSource}
def _foundry_faults_finder():
    import ast, json

    Code = _foundry_places()
    expressions, shared = _foundry_expression_faults()
    calls, helper_of = _foundry_call_faults(shared)
    statements, neutral_of = _foundry_statement_faults(shared, helper_of)
    operators = {**expressions, **calls, **statements}
    # The answer must fit into one reply.
    max_chars = 3_000_000

    def faults_in(code):
        found = {}
        for node in code.nodes:
            operator = operators.get(type(node))
            for name, start, end, text in operator(code, node) if operator else ():
                if code.text[start:end] != text:
                    found.setdefault((start, end, text), name)
        return [(start, end, text, name) for (start, end, text), name in sorted(found.items())]

    def readable(code, inserted):
        inserted, text = list(inserted), code.text
        for at, added in sorted(inserted, reverse=True):
            text = text[:at] + added + text[at:]
        try:
            ast.parse(text)
        except SyntaxError:
            return []
        return inserted

    def find(text):
        code = Code(text)
        faults = faults_in(code)
        told = faults
        while sum(len(fault[2]) + 80 for fault in told) > max_chars:
            told = told[::2]
        neutral = readable(code, neutral_of(code))
        if not neutral and any(neutral_of(code)):
            raise SyntaxError('its functions have no place for another statement')
        return {
            'total': len(faults),
            'faults': [
                {'operator': name, 'line': code.line(start), 'start': code.unit(start), 'end': code.unit(end), 'text': text}
                for start, end, text, name in told
            ],
            'neutral': [{'at': code.unit(at), 'text': added} for at, added in neutral],
        }

    def find_text(text):
        try:
            return json.dumps(find(text), allow_nan=False)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return 'null'

    return find_text


_foundry_faults = _foundry_faults_finder()
`;
