/** Lengths of IBANs by country, as the registry of SWIFT gives them. */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
  FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20
  LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24
  SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** @param text letters and digits of an IBAN, spaces and hyphens allowed */
export function isIban(text: string): boolean {
  const compact = text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
  if (ibanLengths[compact.slice(0, 2)] !== compact.length) return false;
  let remainder = 0;
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** The check digit of payment cards. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - index));
    const weighed = index % 2 === 1 ? digit * 2 : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}

/** Issuers' ranges with the length that their cards have: without them one in ten long numbers would pass. */
const cardRanges =
  /^(?:4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|6(?:011|4[4-9]\d|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14})$/;

/** @param text digits, with spaces or hyphens between groups */
export function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  // One digit over and over is filler.
  return cardRanges.test(digits) && passesLuhn(digits) && !/^(\d)\1*$/.test(digits);
}

/** Cards of 15 to 19 digits of any issuer, where something says that it is a card. */
export function isLongCard(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  return digits.length >= 15 && digits.length <= 19 && passesLuhn(digits) && !/^(\d)\1*$/.test(digits);
}

/** Calling codes of the ITU; what no country has is no phone number. */
const callingCode =
  /^(?:[17]|2(?:0|7|1[12368]|[2-5]\d|6[0-9]|9[01789])|3(?:[0123469]|5\d|7[0-8]|8[0-35-79])|4(?:[0134-9]|2[013])|5(?:[1-8]|0\d|9\d)|6(?:[0-6]|7[02-9]|8\d|9[0-2])|8(?:[1246]|0[08]|5[02356]|7\d|8[0-368])|9(?:[0-58]|6[0-8]|7[0-79]|9[2-68]))/;
const northAmerican = /^1[2-9]\d{2}[2-9]\d{6}$/;

/** @param text a number that begins with `+` */
export function isInternationalPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  if (digits.length < 9 || digits.length > 15 || !callingCode.test(digits)) return false;
  if (digits.startsWith('1')) return northAmerican.test(digits);
  return !digits.startsWith('7') || digits.length === 11;
}

/** What stands where a phone number is expected: digits that are no date and not all alike. */
export function isNationalPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  if (digits.length < 7 || digits.length > 15 || /^(\d)\1*$/.test(digits)) return false;
  return !/^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})/.test(text);
}
