/** Verbs that a tool's name begins with and that its result is not called by. */
const leadingVerbs = new Set(
  'get list find search fetch read lookup look retrieve show query check view load update create book cancel send add remove delete set close open issue apply change modify edit post put make do run return exchange'.split(
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
  const [what = '', ...by] = word.split('_by_');
  if (by.length > 0) return [plural(what), ...by].join('_by_');
  if (/(details|info|information|data)$/.test(word) || /[^s]s$/.test(word)) return word;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  if (/lf$/.test(word)) return `${word.slice(0, -1)}ves`;
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

export function singular(word: string): string {
  if (/ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/lves$/.test(word)) return `${word.slice(0, -3)}f`;
  if (/ouses$/.test(word)) return word.slice(0, -1);
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

const ordinals = ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];

/** Which call of its tool a step makes, in a word; empty for the first. */
export function ordinalOf(tool: string, earlier: readonly string[]): string {
  const before = earlier.filter((one) => one === tool).length;
  return before === 0 ? '' : (ordinals[before - 1] ?? `number_${before + 1}`);
}

/** What a step's result is called: by the tool's noun, with its verb where the noun is taken, counted where the tool was called before. */
export function resultName(
  { tool, many, earlier }: { readonly tool: string; readonly many: boolean; readonly earlier: readonly string[] },
  taken: Set<string>,
): string {
  const [noun = '', whole = ''] = [nounOf(tool), toolWords(tool)]
    .map((words) => words.join('_'))
    .map((name) => snakeCase(many ? plural(name) : name));
  const ordinal = ordinalOf(tool, earlier);
  if (ordinal !== '') return unique(`${ordinal}_${noun}`, taken);
  return unique(taken.has(noun) ? whole : noun, taken);
}

/** A parameter that others have or feed, with the tool that it feeds first. */
interface Named {
  readonly name: string;
  readonly tool: string;
}

/** A parameter's name: that of its argument; where another has it, with what sets its tool apart, or counted where the tool is the same. */
export function paramName(argument: string, tool: string, others: readonly Named[]): string {
  const plain = snakeCase(argument);
  const taken = new Set(others.map((one) => one.name));
  const known = others.find((one) => one.name === plain);
  if (!known) return plain;
  if (known.tool === tool) {
    const free = ordinals.map((one) => `${one}_${plain}`).find((one) => !taken.has(one));
    return free ?? unique(plain, taken);
  }
  const noun = singular(nounOf(tool).join('_')).split('_');
  const said = new Set([...singular(nounOf(known.tool).join('_')).split('_'), ...plain.split('_')]);
  const own = noun.filter((word) => !said.has(word));
  return unique(snakeCase([...(own.length > 0 ? own : noun), plain].join('_')), taken);
}
