import type { SecretRule } from './redact-rules.js';

const chars = '[A-Za-z0-9_-]';

/** Tokens that begin as their issuer says: the kind, the beginning, what follows it. */
const issued: readonly (readonly [kind: string, start: string, rest: string])[] = [
  ['OPENROUTER_KEY', 'sk-or-v1-', '[0-9a-f]{40,}'],
  ['LANGFUSE_KEY', 'sk-lf-', '[0-9a-f-]{30,}'],
  ['DEEPSEEK_KEY', 'sk-', '[0-9a-f]{32}'],
  ['GROQ_KEY', 'gsk_', '[A-Za-z0-9]{40,}'],
  ['XAI_KEY', 'xai-', '[A-Za-z0-9]{60,}'],
  ['PERPLEXITY_KEY', 'pplx-', '[A-Za-z0-9]{40,}'],
  ['REPLICATE_KEY', 'r8_', '[A-Za-z0-9]{35,}'],
  ['LANGSMITH_KEY', 'lsv2_', '(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}'],
  ['TAVILY_KEY', 'tvly-', `${chars}{24,}`],
  ['PINECONE_KEY', 'pcsk_', '[A-Za-z0-9_]{40,}'],
  ['GITLAB_TOKEN', 'gl', `(?:dt|rt|cbt|ptt|ft|imt|agent|oas|soat)-${chars}{20,}`],
  ['DIGITALOCEAN_TOKEN', 'do', '[opr]_v1_[0-9a-f]{64}'],
  ['DATABRICKS_TOKEN', 'dapi', '[0-9a-f]{32}(?:-\\d)?'],
  ['PYPI_TOKEN', 'pypi-', `AgE${chars}{50,}`],
  ['DOCKER_TOKEN', 'dckr_', `(?:pat|oat)_${chars}{20,}`],
  ['VAULT_TOKEN', 'hv', `[sbr]\\.${chars}{24,}`],
  ['DOPPLER_TOKEN', 'dp.', '(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{40,}'],
  ['SUPABASE_KEY', 'sb', '(?:p_[0-9a-f]{40}|_secret_[A-Za-z0-9_-]{20,})'],
  ['PLANETSCALE_TOKEN', 'pscale_', '(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}'],
  ['GRAFANA_TOKEN', 'gl', '(?:sa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|c_eyJ[A-Za-z0-9+/=]{32,})'],
  ['NOTION_TOKEN', 'ntn_', '[A-Za-z0-9]{40,}'],
  ['NOTION_TOKEN', 'secret_', '[A-Za-z0-9]{43}'],
  ['ATLASSIAN_TOKEN', 'AT', `(?:ATT3xF|CTT3xF|BB)${chars}{28,}(?:=[0-9A-F]{8})?`],
  ['FIGMA_TOKEN', 'fig', `[dor]_?[dr]?_${chars}{36,}`],
  ['NEW_RELIC_KEY', 'NRAK-', '[A-Z0-9]{27}'],
  ['SENTRY_TOKEN', 'sntry', '[su]_[A-Za-z0-9+/=_-]{40,}'],
  ['SQUARE_TOKEN', 'sq0', `(?:csp|atp|idp)-${chars}{22,}`],
  ['SQUARE_TOKEN', 'EAAA', `(?<![+/]EAAA)${chars}{60}`],
  ['FACEBOOK_TOKEN', 'EAA', '(?<![+/]EAA)[A-Za-z0-9]{80,}'],
  ['DROPBOX_TOKEN', 'sl.', `${chars}{120,}`],
  ['AGE_KEY', 'AGE-SECRET-KEY-1', '[A-Z0-9]{58}'],
  ['POSTMAN_KEY', 'PMAK-', '[0-9a-f]{24}-[0-9a-f]{34}'],
  ['HEROKU_KEY', 'HRKU-', `${chars}{36,}`],
  ['RUBYGEMS_KEY', 'rubygems_', '[0-9a-f]{48}'],
  ['CRATES_IO_TOKEN', 'cio', '[A-Za-z0-9]{32}'],
  ['AIRTABLE_TOKEN', 'pat', '[A-Za-z0-9]{14}\\.[0-9a-f]{64}'],
  ['MAILGUN_KEY', 'key-', '[0-9a-f]{32}'],
  ['TWILIO_KEY', 'SK', '[0-9a-f]{32}'],
  ['GOOGLE_REFRESH_TOKEN', '1//0', `${chars}{40,}`],
  ['DISCORD_TOKEN', 'M', `[A-Za-z0-9]{23,27}\\.${chars}{6}\\.${chars}{27,}`],
  ['DISCORD_WEBHOOK', 'https://discord', `(?:app)?\\.com/api/webhooks/\\d{17,20}/${chars}{60,}`],
  ['AWS_SESSION_TOKEN', 'IQoJb3JpZ2lu', '[A-Za-z0-9+/=]{100,}'],
  ['AWS_SESSION_TOKEN', 'FwoGZXIvYXdz', '[A-Za-z0-9+/=]{100,}'],
];

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Those of one beginning share a pattern: a text is passed over once for all of them. */
const anyIssued = new RegExp(
  `\\b(?:${issued.map(([, start, rest]) => literally(start) + rest).join('|')})(?![A-Za-z0-9_])`,
  'dg',
);
const kinds = issued.map(([kind, start, rest]) => ({ kind, whole: new RegExp(`^${literally(start)}${rest}$`) }));

const kindOfIssued = (found: string): string => kinds.find((one) => one.whole.test(found))?.kind ?? 'API_KEY';

/**
 * Tokens that are known by what stands within or behind them: the pattern begins with that and looks back from there,
 * so that not every word has to be tried.
 */
const lookedBack: readonly SecretRule[] = [
  {
    kind: 'TELEGRAM_TOKEN',
    pattern: /:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])(?<=(?<!\d)(\d{8,10}:AA[A-Za-z0-9_-]{33}))/dg,
  },
  { kind: 'MAILCHIMP_KEY', pattern: /-us\d{1,2}(?![\w-])(?<=(?<![\w-])([0-9a-f]{32}-us\d{1,2}))/dg },
  { kind: 'AZURE_SECRET', pattern: /Q~[\w.~-]{31,34}(?![\w.~-])(?<=(?<![\w.~-])([\w.~-]{3}\dQ~[\w.~-]{31,34}))/dg },
  {
    kind: 'TERRAFORM_TOKEN',
    pattern: /\.atlasv1\.[\w-]{60,70}(?![\w-])(?<=(?<![\w-])([A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70}))/dg,
  },
  // What is left of a key whose beginning stands in another text, with or without the numbers of its lines.
  {
    kind: 'PRIVATE_KEY',
    pattern:
      /-----END [A-Z0-9 ]{0,20}PRIVATE KEY(?: BLOCK)?-----(?<=((?:(?:[ \t]{0,8}\d{1,5}[\t:→|][ \t]{0,8}|[ \t]{0,8})[A-Za-z0-9+/=]{4,80}\r?\n){1,200}[ \t]{0,8}(?:\d{1,5}[\t:→|][ \t]{0,2})?-----END [A-Z0-9 ]{0,20}PRIVATE KEY(?: BLOCK)?-----))/dg,
  },
  { kind: 'PRIVATE_KEY', pattern: /Private-Lines: \d{1,3}\r?\n((?:[A-Za-z0-9+/=]{4,80}\r?\n){1,200})/dg },
  { kind: 'PASSWORD_HASH', pattern: /\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}(?![./A-Za-z0-9])/dg },
];

export const tokenRules: readonly SecretRule[] = [{ kind: kindOfIssued, pattern: anyIssued }, ...lookedBack];
