import type { McpServerEntry } from '../config.js';

export type Target = { readonly url: string } | { readonly command: readonly string[] };

function isSame(entry: McpServerEntry, target: Target): boolean {
  if ('url' in entry) return 'url' in target && URL.canParse(entry.url) && new URL(entry.url).href === target.url;
  return 'command' in target && JSON.stringify([entry.command, ...entry.args]) === JSON.stringify(target.command);
}

/** A word of the command that tells what is run: the first that is neither an option nor a program that starts others. */
function tellingWord(command: readonly string[]): string {
  const starters =
    /^(?:.*[\\/])?(?:npx|node|bunx?|deno|uvx?|uv|python[0-9.]*|docker|tsx|sh|bash|env|run|exec|-.*)(?:\.exe|\.cmd)?$/;
  const word = command.find((one) => !starters.test(one)) ?? command[0] ?? 'server';
  return word
    .replace(/\.[cm]?[jt]s$|\.py$|@[0-9][^/]*$/, '')
    .replaceAll('\\', '/')
    .replace(/\/+$/, '');
}

/**
 * What a server is recorded under: what the person says, else its entry in the configuration, else what it calls itself. Where
 * it does not say, a word of its command, or its host.
 */
export function serverNameOf(
  given: string | undefined,
  target: Target,
  servers: Readonly<Record<string, McpServerEntry>>,
): { readonly name: string | undefined; readonly otherwise: string } {
  const known = Object.keys(servers).find((name) => {
    const entry = servers[name];
    // It becomes the name of a folder.
    return entry !== undefined && /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,59}$/.test(name) && isSame(entry, target);
  });
  const otherwise = 'url' in target ? new URL(target.url).hostname : tellingWord(target.command);
  return { name: given ?? known, otherwise };
}
