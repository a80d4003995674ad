const allowedKeys = ['name', 'description', 'license', 'compatibility', 'metadata', 'allowed-tools'];
const maxBodyLines = 500;
/** The rule is 5,000 tokens; four characters a token is the usual estimate. */
const maxBodyChars = 20_000;

type Fields = Map<string, string | Map<string, string>>;

/** A scalar as we write it: a JSON string is a double-quoted YAML one; a plain one holds nothing that YAML reads as more. */
function scalarOf(text: string): string | undefined {
  if (text.startsWith('"')) {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'string' ? value : undefined;
    } catch {
      return undefined;
    }
  }
  return text === '' || /: |\s#|^[\s\-?:,[\]{}#&*!|>'%@`]/.test(text) ? undefined : text;
}

/** The front matter: one level of keys, and string maps one level below; undefined where it is anything else. */
function readFrontMatter(lines: readonly string[]): Fields | undefined {
  const fields: Fields = new Map();
  let open: Map<string, string> | undefined;
  for (const line of lines) {
    const nested = /^ {2}([A-Za-z0-9_-]+): (.+)$/.exec(line);
    const top = /^([A-Za-z-]+):(?: (.+))?$/.exec(line);
    const [, key, raw] = nested ?? top ?? [];
    if (key === undefined || (nested && !open)) return undefined;
    const target: Map<string, unknown> = nested && open ? open : fields;
    if (target.has(key)) return undefined;
    if (raw === undefined) {
      open = new Map();
      fields.set(key, open);
      continue;
    }
    const value = scalarOf(raw);
    if (value === undefined) return undefined;
    if (nested && open) open.set(key, value);
    else {
      open = undefined;
      fields.set(key, value);
    }
  }
  return fields;
}

function lengthFault(fields: Fields, key: string, most: number): string[] {
  const value = fields.get(key);
  if (value === undefined) return [];
  if (typeof value !== 'string' || value.trim() === '') return [`${key} is not a text`];
  return [...value].length > most ? [`${key} is longer than ${most} characters`] : [];
}

function nameFaults(fields: Fields, folder: string): string[] {
  const name = fields.get('name');
  if (typeof name !== 'string') return ['name is missing'];
  const faults: string[] = [];
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || name.length > 64) {
    faults.push('name is not 1 to 64 lower-case letters and digits with single hyphens between them');
  }
  if (name !== folder) faults.push('name differs from the folder');
  return faults;
}

/**
 * What is wrong with an Agent Skill by the exact rules of SKILL.md; empty where it is valid. It reads the subset of YAML
 * that we write, so it refuses more than a full reader would, never less.
 * @param files relative path to text
 * @param folder the name of the folder that the files are to stand in
 */
export function skillFaults(files: Readonly<Record<string, string>>, folder: string): string[] {
  const text = files['SKILL.md'];
  if (text === undefined) return ['SKILL.md is missing'];
  if (/[\r\t]/.test(text)) return ['SKILL.md holds a carriage return or a tab'];
  const lines = text.split('\n');
  const end = lines.indexOf('---', 1);
  if (lines[0] !== '---' || end < 0) return ['SKILL.md does not start with front matter between two lines of ---'];
  const fields = readFrontMatter(lines.slice(1, end));
  if (!fields) return ['the front matter is no plain mapping'];
  const body = lines.slice(end + 1);
  const faults = [
    ...[...fields.keys()].filter((key) => !allowedKeys.includes(key)).map((key) => `the key ${key} is not allowed`),
    ...nameFaults(fields, folder),
    ...(fields.has('description') ? lengthFault(fields, 'description', 1024) : ['description is missing']),
    ...lengthFault(fields, 'compatibility', 500),
    ...lengthFault(fields, 'license', 200),
    ...lengthFault(fields, 'allowed-tools', 2000),
  ];
  const description = fields.get('description');
  if (typeof description === 'string' && /[<>]/.test(description)) faults.push('description holds < or >');
  if (fields.has('metadata') && !(fields.get('metadata') instanceof Map)) faults.push('metadata is no mapping');
  if (body.length > maxBodyLines || body.join('\n').length > maxBodyChars) faults.push('the body is too long');
  if (body.join('').trim() === '') faults.push('the body is empty');
  for (const path of Object.keys(files)) {
    if (path !== 'SKILL.md' && !/^(scripts|references|assets)\/[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(path)) {
      faults.push(`${path} stands outside scripts, references and assets`);
    }
  }
  return faults;
}
