import type { SecretRule } from './redact-rules.js';

/** A call, an element of a list: what stands there is code. */
const isCode = /[\w$][([]/;

/** What stands in the place of a secret: variables, blanks to fill in, words of examples. */
const standIn =
  /^(?:[$<{%*[#(@&]|x{3}|your|my[_-]|change|example|sample|test|dummy|fake|mock|placeholder|redacted|secret|pass|token|(?:root|admin|postgres|mysql|guest|user)$|api[_-]?key|foo|abc|1234|none|null|undefined|true|false|env[.:]|process\.|os\.|config\.|self\.|this\.)|\$\{|\{\{|\.\.\.|[*•]{3}|x{5}|^[A-Za-z]:[\\/]|^\.{0,2}\/[a-z]/i;

const run = /[A-Z]?[a-z]+|[A-Z]+|\d+/g;

/** Whether letters, capitals and digits change as they do by chance: in words, and in names made of words, they run on. */
function isMixed(text: string): boolean {
  if (/^[0-9a-f-]{32,}$/i.test(text)) return /\d/.test(text);
  const runs = text.match(run) ?? [];
  const mean = runs.join('').length / runs.length;
  if (!/[A-Za-z]/.test(text)) return false;
  if (!/\d/.test(text)) return text.length >= 12 && mean < 2.8;
  return mean < (text.length < 24 ? 3 : 3.6);
}

const isGiven = (text: string): boolean => !standIn.test(text);

const isToken = (text: string): boolean => text.length >= 16 && isGiven(text) && !isCode.test(text) && isMixed(text);

/** Passwords are shorter, and a person may have made them of words. */
function isPassword(text: string): boolean {
  if (text.length < 8 || !isGiven(text) || isCode.test(text)) return false;
  return (
    isMixed(text) || (/\d/.test(text) && /[A-Za-z]/.test(text) && /[!#$%^*+?~=]/.test(text) && !/[()[\]{}|]/.test(text))
  );
}

const passwordName = 'p(?:ass(?:w(?:or)?[dt]|phrase)|wd)';
const tokenName =
  '(?:token(?<!(?:page|next|cursor|continuation|sync|pagination|resume)[_-]?token)|secret|credential|key(?<=(?:api|access|account|private|secret|auth|signing|encryption|master|session|storage|license|subscription)[_ -]?key))';

/** Between a name and its value: quotes, escaped or not, an assignment, quotes. */
const quotes = `(?:["'\`\\\\]|&quot;|&#3[49];){0,4}`;
const between = `${quotes}[ \\t]{0,4}(?:=>|:=|[:=])[ \\t]{0,4}[ub]?${quotes}`;
const value = '[^\\s"\'`,;<>&\\\\]';

const anyCase = 'dgi';

function rule(kind: string, pattern: RegExp, accepts: SecretRule['accepts']): SecretRule {
  return { kind, pattern, accepts };
}

const schemes = '(?:bearer|basic|token|apikey|digest|negotiate)';

/** What shows itself as a secret by the name that stands before it. */
export const namedRules: readonly SecretRule[] = [
  rule('PASSWORD', new RegExp(`${passwordName}${between}(${value}{8,200})`, anyCase), isPassword),
  rule('TOKEN', new RegExp(`${tokenName}${between}(${value}{16,4000})`, anyCase), isToken),
  rule(
    'TOKEN',
    new RegExp(`authorization${between}${schemes}[ \\t]{1,4}([A-Za-z0-9+/=._~-]{12,4000})`, anyCase),
    (text) => isGiven(text) && isMixed(text),
  ),
  rule('TOKEN', /earer[ \t]{1,4}(?<=\b[bB]earer[ \t]{1,4})([A-Za-z0-9+/=._~-]{16,4000})/dg, isToken),
  {
    kind: 'COOKIE',
    pattern: /(?<![A-Za-z])(?:[cC]ookie|COOKIE)["'\\]{0,3}[:=][^\r\n\0]{16,4000}/dg,
    within: /(?<=[=%])[\w.~+/%-]{16,4000}/dg,
    accepts: isToken,
  },
  rule('PASSWORD', /:\/\/[^\s:/?#@"'<>]{0,64}:([^\s/@"'`<>\\]{4,200})(?=@[\w.\-[])/dg, isGiven),
  rule('PASSWORD', /\bcurl\b[^\n\0|]{0,300}?\s(?:-u|--user)[ =]["']?[^\s:"']{1,64}:([^\s"'\\]{6,200})/dg, isGiven),
  rule(
    'PASSWORD',
    / -p ?["']?(?<=\b(?:mysql(?:dump|admin)?|mariadb|sshpass)\b[^\n\0|]{0,120} -p ?["']?)([^\s"'\\]{6,200})/dg,
    isPassword,
  ),
  rule('PASSWORD', /password[ \t](?<=\blogin[ \t]\S{1,64}[ \t]password[ \t])([^\s"'\\]{6,200})/dg, isGiven),
  rule('TOKEN', /[?&;]sig=([A-Za-z0-9%+/]{40,100})/dg, isGiven),
  rule('TOKEN', /"_?auth\\{0,2}"\s{0,4}:\s{0,4}\\{0,2}"([A-Za-z0-9+/]{16,400}={0,2})/dg, isToken),
];

const passwordKey = new RegExp(`(?:^|[^a-z]|(?<=[a-z])(?=[A-Z]))?${passwordName}$`, 'i');
const tokenKey = new RegExp(`${tokenName}$|(?:^|[^a-z])_?auth$`, 'i');
const scheme = new RegExp(`^${schemes}[ \\t]+\\S{8,}$`, 'i');

const maxValue = 4000;

/** The kind of a whole value that is a secret by the key that it stands under. */
export function secretUnderKey(key: string, text: string): string | null {
  if (text.length < 8 || text.length > maxValue) return null;
  if (/cookie$/i.test(key)) return text.split(/[;=\s]+/).some(isToken) ? 'COOKIE' : null;
  if (/\s/.test(text)) return /authorization$/i.test(key) && scheme.test(text) ? 'TOKEN' : null;
  if (passwordKey.test(key)) return isPassword(text) ? 'PASSWORD' : null;
  return tokenKey.test(key) && isToken(text) ? 'TOKEN' : null;
}

export const namedSources: readonly string[] = [standIn.source, passwordKey.source, tokenKey.source, scheme.source];
