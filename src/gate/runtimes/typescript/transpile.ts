/** The longest code that is looked at, in characters. */
export const maxCodeChars = 200_000;

export type Transpiled =
  | { readonly ok: true; readonly program: string }
  | { readonly ok: false; readonly message: string };

/** Strips types and turns the module into statements that leave its exports in `candidate_exports`. */
export async function transpile(code: string): Promise<Transpiled> {
  if (code.length > maxCodeChars) return { ok: false, message: `the code is longer than ${maxCodeChars} characters` };
  const { transform } = await import('esbuild');
  try {
    const result = await transform(code, {
      loader: 'ts',
      format: 'iife',
      globalName: 'candidate_exports',
      target: 'es2023',
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      // Settings of a tsconfig.json lying around must not change what is judged.
      tsconfigRaw: { compilerOptions: { target: 'es2023', useDefineForClassFields: true } },
    });
    return { ok: true, program: result.code };
  } catch (error) {
    const text = error instanceof Error ? error.message : 'unknown';
    return { ok: false, message: `the code does not parse: ${text.split('\n').slice(0, 3).join(' ').slice(0, 400)}` };
  }
}
