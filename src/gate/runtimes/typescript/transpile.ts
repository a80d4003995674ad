import { asNode, parseModule, type SyntaxNode, type VisitedNode } from '../../syntax.js';

/** The longest code that is looked at, in characters. */
export const maxCodeChars = 200_000;

export type Transpiled =
  | { readonly ok: true; readonly program: string }
  | { readonly ok: false; readonly message: string };

/** Code up to this length cannot nest deeply enough to cost the transpiler much. */
const maxUnreadChars = 20_000;
const maxEnumTextChars = 200;
const maxProgramChars = 2_000_000;

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node.fields)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .map(asNode)
    .filter((child) => child !== undefined);
}

function canGrow({ type, fields }: SyntaxNode): boolean {
  if (type === 'BinaryExpression') return fields['operator'] === '+';
  if (type === 'TemplateLiteral') return Array.isArray(fields['expressions']) && fields['expressions'].length > 0;
  return type === 'StringLiteral' && String(fields['value']).length > maxEnumTextChars;
}

/**
 * The transpiler computes the values of enums and writes each wherever it is named: a few members that double one another
 * would fill the memory of this machine.
 */
function growsInEnum({ node }: VisitedNode): boolean {
  if (node.type !== 'TSEnumMember') return false;
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (canGrow(next)) return true;
    open.push(...childrenOf(next));
  }
  return false;
}

/** Why code may not be handed to the transpiler, which knows no limits of its own; undefined where it may. */
function refusal(code: string): string | undefined {
  if (code.length > maxCodeChars) return `the code is longer than ${maxCodeChars} characters`;
  const hasEnum = /\benum\b/.test(code);
  if (code.length <= maxUnreadChars && !hasEnum) return undefined;
  const parsed = parseModule(code);
  if (!parsed.ok) return `the code does not parse: ${parsed.message}`;
  if (!hasEnum || !parsed.nodes.some(({ node }) => node.type === 'TSEnumDeclaration')) return undefined;
  if (!parsed.nodes.some(growsInEnum)) return undefined;
  return 'the values of an enum are numbers or short texts, written out; use a constant object for others';
}

/** Strips types and turns the module into statements that leave its exports in `candidate_exports`. */
export async function transpile(code: string): Promise<Transpiled> {
  const refused = refusal(code);
  if (refused !== undefined) return { ok: false, message: refused };
  const { transform } = await import('esbuild');
  try {
    const result = await transform(code, {
      loader: 'ts',
      format: 'iife',
      globalName: 'candidate_exports',
      target: 'es2023',
      charset: 'utf8',
      legalComments: 'none',
      // Indenting deep nests would make the text quadratic.
      minifyWhitespace: true,
      logLevel: 'silent',
      // Settings of a tsconfig.json lying around must not change what is judged.
      tsconfigRaw: { compilerOptions: { target: 'es2023', useDefineForClassFields: true } },
    });
    if (result.code.length > maxProgramChars)
      return { ok: false, message: 'the code becomes too long without its types' };
    return { ok: true, program: result.code };
  } catch (error) {
    const text = error instanceof Error ? error.message : 'unknown';
    return { ok: false, message: `the code does not parse: ${text.split('\n').slice(0, 3).join(' ').slice(0, 400)}` };
  }
}
