import { describe, expect, it } from 'vitest';
import { createRedactionPolicy, type RunRedactor } from '../../../src/evidence/redact.js';
import type { RedactionConfig } from '../../../src/evidence/redaction-config.js';
import type { JsonValue } from '../../../src/json.js';

const policy = createRedactionPolicy();

async function redact(value: JsonValue, redactor: RunRedactor = policy.runRedactor()): Promise<JsonValue> {
  return redactor.redact(value, await policy.search([value]));
}

async function by(config: RedactionConfig, value: JsonValue): Promise<JsonValue> {
  const made = createRedactionPolicy(config);
  return made.runRedactor().redact(value, await made.search([value]));
}

const found: readonly (readonly [string, string, string])[] = [
  ['EMAIL', 'write to ada.lovelace+x@mail.example.co.uk.', 'write to [EMAIL_1].'],
  ['EMAIL', '<müller@example.org>', '<[EMAIL_1]>'],
  ['EMAIL', "{'mail': 'ada@example.com'}", "{'mail': '[EMAIL_1]'}"],
  ['EMAIL', "WHERE mail=''o'neil@example.com''", "WHERE mail=''[EMAIL_1]''"],
  ['EMAIL', '--ada.b@example.com ...', '--[EMAIL_1] ...'],
  ['EMAIL', 'mailto:ada@example.com?subject=x', 'mailto:[EMAIL_1]?subject=x'],
  ['PHONE', 'ring +49 (0) 30 901820 or so', 'ring [PHONE_1] or so'],
  ['PHONE', 'it is +447700900123', 'it is [PHONE_1]'],
  ['PHONE', 'at (415) 555-0132, please', 'at [PHONE_1], please'],
  ['PHONE', 'at 1-415-555-0132', 'at [PHONE_1]'],
  ['PHONE', 'Tel. 030/901820-12', 'Tel. [PHONE_1]'],
  ['PHONE', 'call me at 0151 23456789', 'call me at [PHONE_1]'],
  ['CARD', 'pay with 4111 1111 1111 1111 now', 'pay with [CARD_1] now'],
  ['CARD', 'pay with 378282246310005', 'pay with [CARD_1]'],
  ['IBAN', 'to GB82 WEST 1234 5698 7654 32.', 'to [IBAN_1].'],
  ['IBAN', 'DE89370400440532013000', '[IBAN_1]'],
];

const ordinary: readonly JsonValue[] = [
  { id: '4111111111111111', order_id: '4242424242424242' },
  'order 4111111111111111 was sent, tracking: 5555555555554444',
  '2024-05-15T15:00:00+0200 20240515150000 1715785200 1715785200000 1715785200000000',
  '0f8fad5b-d9cb-469f-a165-70867728950e 3f2a9c1e8b7d6f5a4c3b2a1f0e9d8c7b6a5f4e3d',
  '10.120.214.13:8080 192.168.100.200 v3.10.2-rc.1 0.4111111111111111',
  '@@ -12345,67 +12345,89 @@\n+1715785200\n+20240515\n+491234567',
  'git@github.com:ada/tools.git this@Activity.it noreply@example.com icon@2x.png @scope/pkg@1.2.3',
  '114-1234567-1234567 123-45-6789 978-0-306-40615-7 #W1234567',
  { phone_model: '12345678', hotel: '1234567890', mobile_version: '12.3.45678', excel: '12345678' },
  'telephone exchange of 1923 and call 20240515',
  'function f(a, b) { return a +12345678 - b; } // see line 4155550132',
  { user_id: 'mia_li_3668', payment_id: 'credit_card_4421486', flight: 'HAT136' },
];

describe('personal data', () => {
  for (const [kind, before, after] of found) {
    it(`becomes a placeholder of the kind ${kind}: ${after}`, async () => {
      expect(await redact(before)).toBe(after);
    });
  }

  it('is known by the key that it stands under, as text and as a number', async () => {
    const value = { phone: '5550132', mobileNumber: 4155550132, card: 4111111111111111, contact_email: 'ada@intranet' };
    expect(await redact(value)).toEqual({
      phone: '[PHONE_1]',
      mobileNumber: '[PHONE_2]',
      card: '[CARD_1]',
      contact_email: '[EMAIL_1]',
    });
  });

  it('is not seen in ids, dates, hashes, versions, patches and addresses of machines', async () => {
    for (const value of ordinary) expect(await redact(value)).toBe(value);
  });

  it('is an address only where what stands before the @ is as short as an address may be', async () => {
    const long = 'a'.repeat(65);
    expect(await redact(`${long}@example.org`)).toBe(`${long}@example.org`);
    expect(await redact(`${long.slice(1)}@example.org`)).toBe('[EMAIL_1]');
    expect(await redact(`${'ü'.repeat(64)}@example.org, ada@example.org@example.com`)).toBe(
      '[EMAIL_1], [EMAIL_2]@example.com',
    );
  });

  it('keeps its flow: one value has one placeholder in a run, wherever it stands', async () => {
    const redactor = policy.runRedactor();
    const said = await redact('I am ada@example.com, not bob@example.com', redactor);
    const call = await redact({ name: 'find', arguments: '{"email":"ada@example.com"}' }, redactor);
    const answer = await redact({ users: [{ email: 'bob@example.com' }, { email: 'ada@example.com' }] }, redactor);
    expect(said).toBe('I am [EMAIL_1], not [EMAIL_2]');
    expect(call).toEqual({ name: 'find', arguments: '{"email":"[EMAIL_1]"}' });
    expect(answer).toEqual({ users: [{ email: '[EMAIL_2]' }, { email: '[EMAIL_1]' }] });
  });

  it('leaves longer numbers alone that hold the digits of a known one', async () => {
    const redactor = policy.runRedactor();
    await redact({ phone: '5550132' }, redactor);
    expect(await redact('id 95550132, not 5550132', redactor)).toBe('id 95550132, not [PHONE_1]');
  });

  it('is looked for as the operator configures', async () => {
    const text = 'ada@example.com, +447700900123, 12 High Street, badge K-77';
    expect(await by({ personal: false }, text)).toBe(text);
    expect(await by({ personal: ['phone'] }, text)).toBe('ada@example.com, [PHONE_1], 12 High Street, badge K-77');
    const all = await by(
      { personal: ['email', 'phone', 'address'], custom: [{ kind: 'BADGE', pattern: 'K-\\d+' }] },
      text,
    );
    expect(all).toBe('[EMAIL_1], [PHONE_1], [ADDRESS_1], badge [BADGE_1]');
    expect(await by({ custom: [{ kind: 'BADGE', pattern: 'badge (\\S+)' }] }, 'badge K-77')).toBe('badge [BADGE_1]');
    expect(await by({ allow: ['ada@example.com'] }, 'ada@example.com')).toBe('ada@example.com');
  });

  it('has rules whose digest changes with the configuration', () => {
    const digests = [{}, { personal: false }, { custom: [{ kind: 'BADGE', pattern: 'K' }] }, { allow: ['x'] }].map(
      (config) => createRedactionPolicy(config).digest,
    );
    expect(new Set(digests).size).toBe(4);
    expect(createRedactionPolicy({ personal: true }).digest).toBe(policy.digest);
  });

  it('refuses a pattern that a linear-time engine cannot run', () => {
    expect(() => createRedactionPolicy({ custom: [{ kind: 'X1', pattern: '(?=a)b' }] })).toThrow(/cannot be used/);
  });
});

const twice = (text: string): string => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('encoded text', () => {
  const plain = 'name=Ada; mail=ada@example.com; more';
  const encodings: Record<string, string> = {
    base64: base64(plain),
    'base64 for URLs': Buffer.from(plain).toString('base64url'),
    'base64 twice': base64(base64(plain)),
    'base64 on lines': base64(`${'words that fill some lines '.repeat(6)}${plain}`).replace(/(.{76})/g, '$1\n'),
    'URL encoding': encodeURIComponent(plain),
    'URL encoding twice': encodeURIComponent(encodeURIComponent(plain)),
    'JSON escapes': 'mail: ada\\u0040example.com, more',
    'JSON escapes twice': twice('a "mail"\nada@example.com "more"').replace('@', '\\\\u0040'),
    'URL encoding in base64': base64(encodeURIComponent(plain)),
    'base64 right behind other base64': `${base64('some other words.')}${base64(plain)}`,
    'base64 in a part of a path': `files/${base64('ada@example.com')}/list`,
  };
  for (const [name, encoded] of Object.entries(encodings)) {
    it(`is looked into: ${name}`, async () => {
      const redacted = JSON.stringify(await redact({ said: `here: ${encoded} end` }));
      expect(redacted).toMatch(/here: .*\[EMAIL_1\].* end/);
      expect(redacted).not.toContain(encoded);
    });
  }

  it('loses no more than the secret where its place can be told', async () => {
    const address = 'https://shop.example/o?id=7&mail=ada%40example.com&page=2';
    expect(await redact(address)).toBe('https://shop.example/o?id=7&mail=[EMAIL_1]&page=2');
  });

  it('is left alone where nothing stands in it', async () => {
    const value = {
      text: base64('a plain sentence of words'),
      path: '/usr/lib/node_modules/some-package-name/index.js',
    };
    expect(await redact(value)).toBe(value);
  });
});

describe('text in parts', () => {
  const parts = (...texts: string[]): JsonValue => ({ content: texts.map((text) => ({ type: 'text', text })) });

  it('is looked at as one text where the parts follow one another', async () => {
    expect(await redact(parts('mail ada@exam', 'ple.c', 'om today'))).toEqual(parts('mail [EMAIL_1]', '', ' today'));
    const key = ['AKIA', 'QZ7T3XKLMN2P4RSV'];
    expect(await redact(parts(`key ${key[0]}`, `${key[1]} end`))).toEqual(parts('key [AWS_KEY_1]', ' end'));
    expect(await redact({ chunks: key })).toEqual({ chunks: ['[AWS_KEY_1]', ''] });
    const word = ['aZ3kQ9xB7mT2', 'vL5nR8'].join('');
    expect(await redact(parts('{"pass', `word": "${word}"}`))).toEqual(parts('{"pass', 'word": "[PASSWORD_1]"}'));
  });

  it('keeps values of a list apart', async () => {
    const list = { mails: ['ada@example.com', 'bob@example.com'], numbers: ['4111', '1111', '1111', '1111'] };
    expect(await redact(list)).toEqual({ mails: ['[EMAIL_1]', '[EMAIL_2]'], numbers: list.numbers });
    expect(await redact(parts('ada@example.com', 'bob@example.com'))).toEqual(parts('[EMAIL_1]', '[EMAIL_2]'));
  });
});
