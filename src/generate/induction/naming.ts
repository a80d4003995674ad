/** Verbs that a tool's name begins with and that its result is not called by. */
const leadingVerbs = new Set(
  'get list find search fetch read lookup look retrieve show query check view load update create book cancel send add remove delete set close open issue apply change modify edit post put make do run'.split(
    ' ',
  ),
);

/** The words of a tool's own name in lower case, without its server. */
export function toolWords(tool: string): string[] {
  const own = tool.split(/__|[.:/]/).at(-1) ?? tool;
  const words = own
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words.length > 0 ? words : ['tool'];
}

/** What a tool is about: its name without the verb. */
export function nounOf(tool: string): string[] {
  const words = toolWords(tool);
  const [first, ...rest] = words;
  return first !== undefined && leadingVerbs.has(first) && rest.length > 0 ? rest : words;
}

export function snakeCase(text: string): string {
  const name = text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(name) ? name : `v_${name || 'value'}`;
}

export function camelCase(snake: string): string {
  return snake.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function plural(word: string): string {
  if (/(details|info|information|data)$/.test(word) || /[^s]s$/.test(word)) return word;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

export function singular(word: string): string {
  if (/ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(ses|xes|ches|shes)$/.test(word)) return word.slice(0, -2);
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

/** The name itself, or with the first number from 2 that makes it new; the name is taken. */
export function unique(name: string, taken: Set<string>, limit = 64): string {
  let candidate = name.slice(0, limit).replace(/_+$/, '');
  for (let at = 2; taken.has(candidate); at += 1) {
    const tail = `_${at}`;
    candidate = `${name.slice(0, limit - tail.length).replace(/_+$/, '')}${tail}`;
  }
  taken.add(candidate);
  return candidate;
}
