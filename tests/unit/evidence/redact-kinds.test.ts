import { describe, expect, it } from 'vitest';
import { createRedactionPolicy } from '../../../src/evidence/redact.js';
import type { JsonValue } from '../../../src/json.js';

const policy = createRedactionPolicy();

async function redact(value: JsonValue): Promise<JsonValue> {
  return policy.runRedactor().redact(value, await policy.search([value]));
}

// Made up, and put together at run time, so that no scanner takes this file for a leak.
const letters = (length: number): string => 'aZ3kQ9xB7mT2vL5nR8'.repeat(20).slice(0, length);
const hex = (length: number): string => '3f9a0c7be1d52846'.repeat(8).slice(0, length);

const issued: readonly (readonly [kind: string, token: string])[] = [
  ['OPENROUTER_KEY', `sk-or-v1-${hex(64)}`],
  ['DEEPSEEK_KEY', `sk-${hex(32)}`],
  ['GROQ_KEY', `gsk_${letters(52)}`],
  ['LANGSMITH_KEY', `lsv2_pt_${hex(32)}_${hex(10)}`],
  ['GITLAB_TOKEN', `gldt-${letters(20)}`],
  ['DATABRICKS_TOKEN', `dapi${hex(32)}`],
  ['PYPI_TOKEN', `pypi-AgEIcHlwaS5vcmc${letters(80)}`],
  ['VAULT_TOKEN', `hvs.${letters(90)}`],
  ['GRAFANA_TOKEN', `glsa_${letters(32)}_${hex(8)}`],
  ['ATLASSIAN_TOKEN', `ATATT3xF${letters(180)}`],
  ['TELEGRAM_TOKEN', `123456789:AA${letters(33)}`],
  ['MAILCHIMP_KEY', `${hex(32)}-us12`],
  ['AZURE_SECRET', `aB38Q~${letters(34)}`],
  ['TERRAFORM_TOKEN', `${letters(14)}.atlasv1.${letters(67)}`],
  ['PASSWORD_HASH', `$2y$05$${letters(53)}`],
  ['JWT', `eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.`],
];

const named: readonly (readonly [before: string, after: string])[] = [
  [`Authorization: Bearer ${letters(40)}`, 'Authorization: Bearer [TOKEN_1]'],
  [`curl -H 'authorization: basic ${letters(24)}=='`, "curl -H 'authorization: basic [TOKEN_1]'"],
  [`X-Api-Key: ${letters(32)}`, 'X-Api-Key: [TOKEN_1]'],
  [`Cookie: theme=dark; sid=${letters(32)}; lang=en`, 'Cookie: theme=dark; sid=[COOKIE_1]; lang=en'],
  [`DB_PASSWORD=${letters(12)}!`, 'DB_PASSWORD=[PASSWORD_1]'],
  [`  jwtSecret: ${letters(36)}`, '  jwtSecret: [TOKEN_1]'],
  [`&quot;api_key&quot;: &quot;${letters(32)}&quot;`, '&quot;api_key&quot;: &quot;[TOKEN_1]&quot;'],
  [`/v1/x?access_token=${letters(40)}&page=2`, '/v1/x?access_token=[TOKEN_1]&page=2'],
  [`AccountName=a;AccountKey=${letters(86)}==;End`, 'AccountName=a;AccountKey=[TOKEN_1];End'],
  [`postgresql+psycopg2://app:${letters(18)}@db/prod`, 'postgresql+psycopg2://app:[PASSWORD_1]@db/prod'],
  [`curl -u admin:${letters(16)} https://a.io`, 'curl -u admin:[PASSWORD_1] https://a.io'],
  [`mysqldump -u root -p${letters(16)} shop`, 'mysqldump -u root -p[PASSWORD_1] shop'],
  [`machine a.io login bob password ${letters(16)}`, 'machine a.io login bob password [PASSWORD_1]'],
];

const european: readonly (readonly [before: string, after: string])[] = [
  ['ring +49 (0)89 / 4711234 today', 'ring [PHONE_1] today'],
  ['+49\u202f170\u202f4711234', '[PHONE_1]'],
  ['Tél : 06 12 34 56 78', 'Tél : [PHONE_1]'],
  ['móvil: 612 345 678', 'móvil: [PHONE_1]'],
  ['ring 0049 170 4711234 please', 'ring [PHONE_1] please'],
  ['or 07911 123456.', 'or [PHONE_1].'],
  ['4111\u00a01111\u00a01111\u00a01111', '[CARD_1]'],
  ['card: 6304 0000 0000 0000 000', 'card: [CARD_1]'],
  ['de89370400440532013000', '[IBAN_1]'],
  ['NL91-ABNA-0417-1643-00', '[IBAN_1]'],
  ['ada.b (at) firma (dot) de', '[EMAIL_1]'],
  ['ada\uff20firma.de', '[EMAIL_1]'],
];

const code: readonly string[] = [
  'const token = nextToken(tokens, index2);',
  'password: z.string().min(8), secret: process.env.CLIENT_SECRET_V2,',
  "token: 'identifier', apiKey: 'your-api-key-1234567890', nextPageToken: 'CAUQAA12bC3dE4fG5hI6'",
  'max_tokens=4096, primary_key=True, private_key_path: /etc/ssl/private/server1.key',
  'redis://localhost:6379/0 and https://user:<password>@host and http://host:8080/@scope/name',
  "if (text.indexOf('-----BEGIN PRIVATE KEY-----') !== 0) throw new TypeError('no key');\nreturn 1;",
  'Authorization: Basic authentication is meant, postgresql+x://user:pass@db and mysql+y://root:root@db',
  'Set-Cookie: name=value; the bearer of this letter; curl -u "$USER:$PASSWORD" x',
  '00 11 22 33 44 55 66 77 0012 3456 7890 1234 06 12 34 56 78 9a be12',
];

describe('what redaction knows', () => {
  for (const [kind, token] of issued) {
    it(`is what issuers hand out: ${kind}`, async () => {
      expect(await redact(`it is ${token} there`)).toBe(`it is [${kind}_1] there`);
    });
  }

  for (const [before, after] of [...named, ...european]) {
    it(`is what stands in ${after}`, async () => {
      expect(await redact(before)).toBe(after);
    });
  }

  it('is a secret by the key that it stands under, also in JSON within a text', async () => {
    const value = {
      password: `${letters(12)}#7`,
      headers: { Authorization: `Basic ${letters(20)}` },
      note: letters(20),
    };
    const redacted = { password: '[PASSWORD_1]', headers: { Authorization: '[TOKEN_1]' }, note: letters(20) };
    expect(await redact({ said: JSON.stringify(value) })).toEqual({ said: JSON.stringify(redacted) });
  });

  it('is what is left of a private key whose beginning stood elsewhere, with the numbers of its lines', async () => {
    const line = letters(64);
    const shown = [`  8\t${line}`, `  9\t${line}`, '  10\t-----END RSA PRIVATE KEY-----'].join('\n');
    expect(await redact(shown)).toMatch(/^\[PRIVATE_KEY_1\]$/);
    expect(await redact(`-----BEGIN PRIVATE KEY-----\n${line}\n${line}`)).toBe('[PRIVATE_KEY_1]');
  });

  it('is nothing that code is made of', async () => {
    expect(await Promise.all(code.map(redact))).toEqual(code);
  });

  it('may be twenty thousand values that begin alike, each with a placeholder of its own', async () => {
    const mails = Array.from({ length: 20_000 }, (_, index) => `user${index}@firma.de`);
    const redacted = String(await redact(mails.join('\n'))).split('\n');
    expect([redacted[0], redacted.at(-1), new Set(redacted).size]).toEqual(['[EMAIL_1]', '[EMAIL_20000]', 20_000]);
  });
});
