/** Domains that RFC 2606 and RFC 6761 set aside. */
const reservedDomain = /(?:[@.]example\.(?:com|org|net|edu)|\.(?:example|test|invalid|localhost))$/i;
/** Numbers that are kept for fiction in North America. */
const fictionalPhone = /555\D?01\d\d$/;
/** What payment providers and registries publish for tests. */
const published: ReadonlySet<string> = new Set([
  '4111111111111111',
  '4242424242424242',
  '4012888888881881',
  '5555555555554444',
  '5105105105105100',
  '378282246310005',
  '6011111111111117',
  'GB82WEST12345698765432',
  'DE89370400440532013000',
  'FR1420041010050500013M02606',
]);

/** Whether what looks like personal data can be nobody's: a spec or a test that somebody writes may hold it. */
export function isMadeUp(text: string, kind: string): boolean {
  if (kind === 'EMAIL') return reservedDomain.test(text);
  if (kind === 'PHONE') return fictionalPhone.test(text);
  return (kind === 'CARD' || kind === 'IBAN') && published.has(text.replace(/[ -]/g, ''));
}
