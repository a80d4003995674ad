const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const minLetters = 4;

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return `${day}th`;
  return `${day}${['th', 'st', 'nd', 'rd'][day % 10] ?? 'th'}`;
}

/** A day of a month, as people write it in English, with and without the year. */
function dayForms(year: string, month: number, day: number): string[] {
  const name = months[month - 1];
  if (name === undefined) return [];
  const days = [String(day), ordinal(day)];
  const spelt = [name, name.slice(0, 3)].flatMap((each) =>
    days.flatMap((one) => [`${each} ${one}`, `${one} ${each}`, `${one} of ${each}`]),
  );
  const two = (value: number): string => String(value).padStart(2, '0');
  return [
    ...spelt,
    `${month}/${day}`,
    `${two(month)}/${two(day)}`,
    `${month}/${day}/${year}`,
    `${two(month)}/${two(day)}/${year}`,
    `${two(day)}.${two(month)}.${year}`,
    `${year}/${two(month)}/${two(day)}`,
  ];
}

/**
 * Other forms, in small letters, in which people write a value that an argument holds: a date as they say it, the words of a
 * name without its underscores, and a word in letters of another size.
 */
export function writtenForms(value: string): string[] {
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value);
  if (date?.[1]) return dayForms(date[1], Number(date[2]), Number(date[3]));
  if (/^[a-z]+(?:_[a-z]+)+$/i.test(value)) return [value.replaceAll('_', ' ').toLowerCase()];
  const letters = value.match(/\p{L}/gu)?.length ?? 0;
  return letters >= minLetters && value.length <= 80 ? [value.toLowerCase()] : [];
}
