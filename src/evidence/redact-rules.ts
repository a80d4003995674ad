/** Something in a text that must not be kept: where it stands and what it is. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly kind: string;
}

/** A kind of secret that text can show by its shape. The first group, where there is one, is the secret itself. */
export interface SecretRule {
  readonly kind: string | ((found: string) => string);
  readonly pattern: RegExp;
  /** What is found within a match, where it may hold several. */
  readonly within?: RegExp;
  /** What the pattern alone cannot tell. */
  accepts?(found: string): boolean;
}

const notAfterWord = '(?<![A-Za-z0-9_])';
const notBeforeWord = '(?![A-Za-z0-9_])';

function token(kind: string, body: string): SecretRule {
  return { kind, pattern: new RegExp(`${notAfterWord}(?:${body})${notBeforeWord}`, 'dg') };
}

const keyName = '[A-Z0-9 ]{0,20}PRIVATE KEY(?: BLOCK)?';
const base64Run = '[A-Za-z0-9+/=]{16,}';
/** What may stand between the lines of a key: headers, numbers of lines, what quotes or continues them. */
const gap = `(?:\\s{0,8}[A-Z][A-Za-z-]{2,12}: [^\\n\\\\\\0]{1,80}(?:\\\\n|\\s)){0,4}[^A-Za-z0-9+/=\\0]{1,12}(?:\\d{1,5}[^A-Za-z0-9+/=\\0]{1,4})?`;

/**
 * What the preset of secretlint does not see, or sees only in part. Shapes are those that the issuers publish; each is
 * anchored at word boundaries, so that a stretch of base64 does not match by chance. NUL never stands in a match:
 * it separates the texts that are searched together.
 */
export const secretRules: readonly SecretRule[] = [
  {
    kind: 'PRIVATE_KEY',
    pattern: new RegExp(
      `-----BEGIN ${keyName}-----(?:(?:(?!-----)[^\\0]){0,20000}-----END ${keyName}-----|(?:${gap}${base64Run})+(?:\\s{1,8}[A-Za-z0-9+/=]{1,76})?)`,
      'dg',
    ),
    // Code that mentions the marker holds no key.
    accepts: (found) => /[A-Za-z0-9+/]{16}/.test(found),
  },
  token('AWS_KEY', '(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AIPA|ANPA|ANVA|AROA)[A-Z0-9]{16}'),
  {
    kind: 'AWS_SECRET_KEY',
    pattern:
      /(?:aws|AWS)?_?-?[sS](?:ecret|ECRET)[_\- ]?(?:[aA](?:ccess|CCESS)[_\- ]?)?[kK](?:ey|EY)\\?["']?\s*(?:=>|[:=])\s*\\?["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/dg,
  },
  token('OPENAI_KEY', 'sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}'),
  token('OPENAI_KEY', 'sk-[A-Za-z0-9]{48}'),
  token('ANTHROPIC_KEY', 'sk-ant-[A-Za-z0-9_-]{20,}'),
  token('STRIPE_KEY', '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{24,}'),
  token('GOOGLE_API_KEY', 'AIza[A-Za-z0-9_-]{35}'),
  token('GOOGLE_OAUTH_TOKEN', 'ya29\\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{28}'),
  token('JWT', 'eyJ[\\w-]{10,}\\.(?:eyJ[\\w-]{10,}\\.[\\w-]*|[\\w-]*\\.[\\w-]{10,}\\.[\\w-]{10,}\\.[\\w-]{10,})'),
  token('HF_TOKEN', 'hf_[A-Za-z0-9]{30,}'),
  token('GITHUB_TOKEN', 'gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{40,}'),
  token('SLACK_TOKEN', 'xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\\d-[A-Za-z0-9-]{20,}'),
  { kind: 'SLACK_WEBHOOK', pattern: /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_]{20,}/dg },
  token('GITLAB_TOKEN', 'glpat-[A-Za-z0-9_-]{20,}'),
  token('NPM_TOKEN', 'npm_[A-Za-z0-9]{36}'),
];

/** Keys under which a bare 40-character value is an AWS secret key. */
export const awsSecretName = /secret[_-]?(?:access[_-]?)?key$/i;
export const awsSecretValue = /^[A-Za-z0-9/+]{40}$/;

/** What secretlint's messages are called here; any other keeps its own name in capitals. */
export const presetKinds: Readonly<Record<string, string>> = {
  AWSAccountID: 'AWS_ACCOUNT_ID',
  AWSSecretAccessKey: 'AWS_SECRET_KEY',
  AWSAccessKeyID: 'AWS_KEY',
  PrivateKey: 'PRIVATE_KEY',
  OPENAI_API_KEY: 'OPENAI_KEY',
  ANTHROPIC_API_KEY: 'ANTHROPIC_KEY',
};
