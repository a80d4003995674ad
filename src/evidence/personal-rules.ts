import { isCard, isIban, isInternationalPhone, isLongCard, isNationalPhone } from './personal-numbers.js';
import type { Finding } from './redact-rules.js';
import type { PersonalKind } from './redaction-config.js';

interface PersonalRule {
  /** The first group is what is found. */
  readonly pattern: RegExp;
  /** A cheap look that spares most texts the pattern. */
  readonly hint: RegExp;
  accepts(found: string, before: string): boolean;
  /** What at the end of a match is no part of what is found. */
  readonly tail?: RegExp;
  /** The only places where the pattern can match, where they are found faster than by trying it everywhere. */
  starts?(text: string): Iterable<number>;
}

/** Spaces and hyphens that word processors put into numbers. */
const space = ' \\u00a0\\u2007\\u2009\\u202f';
const hyphen = '\\-\\u2010\\u2011\\u2013';
const digitHint = /\d[\d ().\-/\u00a0\u2007\u2009\u202f\u2010\u2011\u2013]{5}/;

/** Top-level domains that are no endings of file names; two letters stand for a country. */
const topLevel =
  /\.(?:[a-z]{2}|com|org|net|edu|gov|mil|int|info|biz|name|pro|dev|app|cloud|online|site|tech|store|shop|blog|email|mail|live|life|world|works?|group|team|company|agency|solutions|services|systems|digital|global|news|media|club|design|studio|xyz|top|academy|bank|health|travel|museum|aero|coop|jobs|mobi|post|tel|asia|cat|berlin|london|paris|wien|koeln|bayern|swiss|eus|gal|scot|photography|photo|finance|legal|support|center|consulting|marketing|software|technology|education|church|family|social|network|community|foundation|international|house|events|clinic|dental|immo|hamburg|nrw|ruhr|tirol|amsterdam|brussels|vlaanderen|bzh|barcelona|madrid|nyc|example|test|invalid|local|localdomain|internal|corp|lan|home)$/i;
const codeEndings = /\.(?:js|ts|go|rb|cs|py|rs|sh|md|pl|cc|so)$/i;
/** A file that is named by an address: its ending is no domain. */
const fileEnding =
  /(?<=\.\p{L}{2,24})(?:\.(?:jsonl?|ndjson|log|txt|csv|tsv|xml|html?|eml|mbox|pdf|zip|gz|zst|tar|bak|vcf|ics))+$/iu;
/** Addresses of programs, and words that a language puts before an @. */
const impersonal = /^(?:git|hg|svn|no-?reply|do-?not-?reply|this|super|return|break|continue)@/i;

/** The longest part of an address before its @: 64 letters, each of two units at most. */
const maxLocal = 128;
const localChar = /[\p{L}\p{N}._%+\-']/u;
const firstChar = /[\p{L}\p{N}_%+]/u;

function* signs(text: string): Generator<number> {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) yield at;
  for (let at = text.indexOf('\uff20'); at !== -1; at = text.indexOf('\uff20', at + 1)) yield at;
}

/** Where the part of an address before an @ may begin: the pattern matches from nowhere else. Quotes may stand before it. */
function* addressStarts(text: string): Generator<number> {
  for (const at of signs(text)) {
    let start = at;
    const first = Math.max(0, at - maxLocal);
    const starts: number[] = [];
    let before = '';
    while (true) {
      const low = (text.charCodeAt(start - 1) & 0xfc00) === 0xdc00 ? 2 : 1;
      const char = start > first ? text.slice(start - low, start) : '';
      if (firstChar.test(before) && !firstChar.test(char)) starts.push(start);
      if (char === '' || !localChar.test(char)) break;
      before = char;
      start -= low;
    }
    yield* starts.reverse();
  }
}

const saysNumberIsId =
  /(?:\b|_|[a-z])(?:id|ids|order|orders|ref|reference|tracking|ticket|invoice|trace|span|sku|serial|build|commit|job|event|request|message|hash|seed|timestamp|isbn|imei|ean|upc)(?:[_ -]?(?:id|no|nr|num|number|key|code))?[\s"'`:=#(<[>-]{1,6}$/i;

const phoneWords =
  '(?:(?:tele)?phone|tel|mobile|cell(?:phone)?|fax|whatsapp|telefon|telefono|tel[eé]fono|telefoon|t[ée]l(?:[ée]phone)?|portable|m[oó]vil|cellulare|gsm|handy|mobil|(?:call|text|ring|reach)(?: me| us| him| her| them))';

const anyNumber = `\\+?\\(?\\d[\\d().${space}${hyphen}/]{5,20}\\d`;
const notInside = '(?<![\\w.+\\-/\\\\@#])';

/** An IBAN in letters of one case, whole or in groups. */
const ibanShape = (letters: string): RegExp =>
  new RegExp(
    `(?<![A-Za-z0-9])([${letters}]{2}\\d{2}(?:[${letters}0-9]{11,30}|(?:[${space}${hyphen}][${letters}0-9]{4}){2,7}(?:[${space}${hyphen}][${letters}0-9]{1,3})?))(?![A-Za-z0-9])`,
    'dg',
  );

const rules: Readonly<Record<PersonalKind, readonly PersonalRule[]>> = {
  email: [
    {
      hint: /[@\uff20]/,
      pattern:
        /(?<![\p{L}\p{N}_%+])([\p{L}\p{N}_%+][\p{L}\p{N}._%+\-']{0,63}[@\uff20](?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24})(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}]|\()/dgu,
      tail: fileEnding,
      starts: addressStarts,
      accepts: (found) => topLevel.test(found) && !codeEndings.test(found) && !impersonal.test(found),
    },
    {
      hint: /\(at\)|\[at\]|\(AT\)|\[AT\]/,
      pattern:
        /[([](?:at|AT)[)\]] ?[\w-]{1,63}(?:(?: ?[([](?:dot|DOT)[)\]] ?|\.)[\w-]{2,63}){1,4}(?<=([\w.%+-]{1,64} ?[([](?:at|AT)[^\n\0@]{3,200}))/dg,
      accepts: () => true,
    },
  ],
  phone: [
    {
      hint: /\+[1-9]/,
      pattern: new RegExp(
        `(?<![\\w+.])(\\+[1-9](?: ?\\(\\d{1,4}\\) ?|(?: ?[/-] ?|[${space}${hyphen}.])?\\d){7,17})(?![\\w]|[.,]\\d)`,
        'dg',
      ),
      // A line of a patch begins with + as well: there only a number that is written as a phone number counts.
      accepts: (found, before) =>
        isInternationalPhone(found) && (!/[^\0]\n$/.test(before) || /[ ().-]/.test(found) || found.length > 12),
    },
    {
      hint: digitHint,
      pattern: new RegExp(
        `${notInside}((?:1[ .-])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}([.-]))[2-9]\\d{2}[.-]\\d{4})(?![\\w-]|[.,/]\\d)`,
        'dg',
      ),
      accepts: (found) => !/\d-\d{3}\.|\d\.\d{3}-/.test(found),
    },
    // Mobile numbers as they are written within France, the United Kingdom and Germany; 00 in place of the +.
    {
      hint: /0[0167]/,
      pattern: new RegExp(
        `(?<![\\w.+/-]|[\\da-f]{2} )(0[67](?:[${space}.-]\\d\\d){4}|07\\d{3}[${space}]\\d{3}[${space}]?\\d{3}|01[567]\\d(?:[${space}/-]| [/-] )\\d{7,8}|00[1-9]\\d{0,2}[${space}/-](?:\\(0\\))?\\d{2,4}[${space}/-]?\\d{3,10})(?![\\w-]|[.,/]\\d| [\\da-f]{2}\\b)`,
        'dg',
      ),
      accepts: (found) => !found.startsWith('00') || isInternationalPhone(found.slice(2)),
    },
    {
      hint: digitHint,
      pattern: new RegExp(
        `\\b${phoneWords}(?:[_ -]?(?:number|no\\.?|nr\\.?|num|nummer))?["']?(?: is| at| on| ?:|=|=>|\\.)*[ \\t]{0,3}["']?(${anyNumber})(?![\\w])`,
        'dgi',
      ),
      accepts: isNationalPhone,
    },
  ],
  card: [
    {
      hint: /\d{4}/,
      pattern: new RegExp(
        `(?<![\\w+-]|\\d[.,])(\\d{4}([${space}${hyphen}.]?)\\d{4}\\2\\d{4}\\2\\d{4}|\\d{4}([${space}${hyphen}.]?)\\d{6}\\3\\d{4,5})(?![\\w-]|[.,]\\d)`,
        'dg',
      ),
      accepts: (found, before) => isCard(found) && (/\D/.test(found) || !saysNumberIsId.test(before)),
    },
    {
      hint: /\d{4}/,
      pattern:
        /\b(?:[cC]ar(?:d|te)|CARD|[mM]aestro|[gG]irocard|(?:[kK]redit)?[kK]arte)(?: (?:number|no\.?|nr\.?|is))*["']?\s?[:=#]?\s?["']?(\d[\d -]{14,22}\d)(?![\w-]|[.,]\d)/dg,
      accepts: isLongCard,
    },
  ],
  iban: [
    {
      hint: /[A-Z]{2}\d{2}/,
      pattern: ibanShape('A-Z'),
      accepts: isIban,
    },
    {
      hint: /[a-z]{2}\d{2}/,
      pattern: ibanShape('a-z'),
      accepts: isIban,
    },
  ],
  address: [
    {
      hint: /\d/,
      pattern:
        /(?<!\w)(\d{1,5}[A-Za-z]?(?: [A-Z][\p{L}'.-]{0,30}){1,4} (?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Square|Sq|Place|Pl|Terrace|Parkway|Pkwy|Highway|Hwy)\b\.?(?:,? (?:Apt|Suite|Unit|#)\.? ?\w{1,6})?)/dgu,
      accepts: () => true,
    },
    {
      hint: /(?:stra(?:ß|ss)e|str\.|gasse|platz|allee|weg) \d/,
      pattern:
        /(?<![\p{L}])(\p{Lu}[\p{L}-]{1,40}(?:stra(?:ß|ss)e|str\.|gasse|platz|allee|weg) \d{1,4} ?[a-z]?)(?!\w)/dgu,
      accepts: () => true,
    },
  ],
};

const contextChars = 40;

function* matchesOf(rule: PersonalRule, text: string): Generator<RegExpExecArray> {
  if (!rule.starts) {
    yield* text.matchAll(rule.pattern);
    return;
  }
  const sticky = new RegExp(rule.pattern.source, `${rule.pattern.flags.replace('g', '')}y`);
  let end = 0;
  for (const start of rule.starts(text)) {
    if (start < end) continue;
    sticky.lastIndex = start;
    const match = sticky.exec(text);
    if (!match) continue;
    end = match.index + match[0].length;
    yield match;
  }
}

/** Where personal data stand in a text. Time is linear in the text: every pattern begins at a boundary and is bounded. */
export function personalFindings(text: string, kinds: readonly PersonalKind[]): Finding[] {
  const found: Finding[] = [];
  for (const kind of kinds) {
    for (const rule of rules[kind]) {
      if (!rule.hint.test(text)) continue;
      for (const match of matchesOf(rule, text)) {
        const [start, last] = match.indices?.[1] ?? [match.index, match.index];
        const end = last - (rule.tail?.exec(text.slice(start, last))?.[0].length ?? 0);
        const before = text.slice(Math.max(0, start - contextChars), start);
        if (rule.accepts(text.slice(start, end), before)) found.push({ start, end, kind: kind.toUpperCase() });
      }
    }
  }
  return found;
}

const wordsOf = (key: string): Set<string> =>
  new Set(
    key
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase()
      .split(/[^a-z]+/)
      .map((word) => word.replace(/s$/, '')),
  );

const aboutPhone = ['phone', 'telephone', 'tel', 'mobile', 'msisdn', 'fax', 'whatsapp', 'cellphone', 'phonenumber'];
const aboutCard = ['card', 'pan', 'cc', 'creditcard', 'cardnumber'];
const aboutStreet = ['street', 'address', 'addres', 'addressline'];
const aboutOther = ['id', 'version', 'type', 'model', 'count', 'code', 'verified', 'country', 'ip', 'url', 'email'];
const idKey =
  /(?:^|[^a-z])(?:id|ids|order|ref|reference|tracking|ticket|invoice|trace|span|sku|serial|seed|timestamp|isbn|imei|ean|upc)(?:_?(?:no|nr|num|number))?$/i;

const knownKeys = new Map<string, PersonalKind | null>();
const maxKnownKeys = 10_000;

function meaningOf(key: string): PersonalKind | null {
  const known = knownKeys.get(key);
  if (known !== undefined) return known;
  const words = wordsOf(key);
  const has = (names: readonly string[]): boolean => names.some((name) => words.has(name));
  let meaning: PersonalKind | null = null;
  if (/e?mail/i.test(key)) meaning = 'email';
  else if (has(aboutOther)) meaning = null;
  else if (has(aboutPhone)) meaning = 'phone';
  else if (has(aboutCard)) meaning = 'card';
  else if (has(aboutStreet)) meaning = 'address';
  if (knownKeys.size >= maxKnownKeys) knownKeys.clear();
  knownKeys.set(key, meaning);
  return meaning;
}

const wholeNumber = new RegExp(`^${anyNumber}$`);
const wholeValue: Readonly<Record<PersonalKind, (text: string) => boolean>> = {
  email: (text) => /^[^\s@]{1,64}@[^\s@]{3,120}$/.test(text),
  phone: (text) => wholeNumber.test(text) && isNationalPhone(text),
  card: (text) => /^\d[\d -]{11,22}$/.test(text) && isCard(text),
  iban: isIban,
  address: (text) => /\d/.test(text) && /\p{L}/u.test(text),
};

/** What a whole value is by the key that it stands under, where its own shape would not tell. */
export function kindByKey(key: string, text: string, kinds: readonly PersonalKind[]): string | null {
  if (text.length < 7 || text.length > 200 || !/[\d@]/.test(text)) return null;
  const meaning = meaningOf(key);
  return meaning !== null && kinds.includes(meaning) && wholeValue[meaning](text) ? meaning.toUpperCase() : null;
}

/** Whether a key says that a bare number is an identifier: one in ten of those passes the check of a card by chance. */
export function isIdentifier(key: string, text: string, finding: Finding): boolean {
  return (
    finding.kind === 'CARD' && finding.end - finding.start === text.length && /^\d+$/.test(text) && idKey.test(key)
  );
}

/** The patterns of the kinds, for the digest of a policy. */
export function personalRuleSources(kinds: readonly PersonalKind[]): string[][] {
  return kinds.map((kind) => [kind, ...rules[kind].map((rule) => rule.pattern.source)]);
}
