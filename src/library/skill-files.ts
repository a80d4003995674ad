import { FoundryError } from '../errors.js';
import { likeliest } from '../evidence/placeholder.js';
import { isJsonObject, type JsonObject } from '../json.js';
import type { CapabilityVersion } from './model.js';
import { words } from './search-text.js';
import { skillFaults } from './skill-rules.js';

const maxDescription = 1_000;
const maxExampleChars = 1_500;
const maxFields = 40;

/** The folder name of a capability's Agent Skill. */
export function skillNameOf(capability: string): string {
  return capability.replaceAll('_', '-');
}

/** Text that a model may have written, safe to stand in a list: one line, no control, bidi or zero-width characters, no tags. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .replace(/[<>]/g, '')
    .trim();
}

function sentence(text: string): string {
  const line = plain(text);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function clip(text: string, limit: number): string {
  const characters = [...text];
  return characters.length > limit ? `${characters.slice(0, limit - 3).join('')}...` : text;
}

function fieldsOf(schema: JsonObject): [string, JsonObject][] {
  const properties = schema['properties'];
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).map(([name, field]) => [plain(name), isJsonObject(field) ? field : {}]);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8);
  const last = shown.at(-1);
  if (last === undefined) return '';
  return shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** When to reach for it: the words of the requests that a summary names, else what it does. */
function occasion(summary: string): string {
  const about = /\(for requests about: ([^)]+)\)/.exec(plain(summary))?.[1];
  if (about !== undefined) return `Use for requests about ${listed(about.split(', '))}`;
  const task = plain(summary)
    .replace(/[.!?]+$/, '')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  return `Use to ${clip(task, 200)}`;
}

/** What it does, and when to reach for it. */
function describe({ spec }: CapabilityVersion): string {
  const inputs = fieldsOf(spec.input_schema).map(([name]) => words(name));
  const outputs = fieldsOf(spec.output_schema).map(([name]) => words(name));
  const when = [
    occasion(spec.summary),
    inputs.length > 0 ? `, where ${listed(inputs)} ${inputs.length === 1 ? 'is' : 'are'} known` : '',
    outputs.length > 0 ? `; it gives ${listed(outputs)}` : '',
    spec.dependencies.tools.length > 0 ? `, in place of single calls of ${listed(spec.dependencies.tools)}` : '',
  ].join('');
  return clip(plain(`${sentence(spec.summary)} ${when}.`), maxDescription);
}

/** The values of a closed list. */
function choicesOf({ enum: choices }: JsonObject): string {
  if (!Array.isArray(choices) || choices.length === 0) return '';
  return clip(`, one of ${choices.map((one) => plain(JSON.stringify(one))).join(', ')}`, 300);
}

function fieldLines(schema: JsonObject): string[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = fieldsOf(schema);
  if (fields.length === 0) return ['- nothing in particular; the schema is in `references/spec.json`'];
  return fields.slice(0, maxFields).map(([name, field]) => {
    const type = typeof field['type'] === 'string' ? plain(field['type']) : 'any';
    const told = typeof field['description'] === 'string' ? `: ${clip(plain(field['description']), 300)}` : '';
    return `- \`${name}\` (${type}${choicesOf(field)}${required.includes(name) ? '' : ', optional'})${told}`;
  });
}

function fenced(value: unknown, limit: number): string[] {
  const text = JSON.stringify(value, null, 2);
  return text.length > limit ? ['See `references/spec.json`.'] : ['```json', text.replaceAll('```', "'''"), '```'];
}

function bodyOf(capability: CapabilityVersion, script: string): string[] {
  const { spec, name, version } = capability;
  const tools = [...spec.dependencies.tools, ...spec.dependencies.capabilities].map(plain);
  const reached = spec.permissions.net.map(plain);
  const example = likeliest(spec.tests, (test) => test.input);
  return [
    `# ${words(name)}`,
    '',
    sentence(spec.summary),
    '',
    '## How to run it',
    '',
    `Call the tool \`call_capability\` of Capability Foundry with \`name\` \`${name}\`. It runs in a sandbox and answers with`,
    '`status` (`ok`, `missing` or `fail`), `payload` and `prov`.',
    ...(capability.destructive
      ? [
          '',
          'It changes things: the person is asked, or a dry run (`dry_run: true`) gives a `plan_id` to confirm with.',
        ]
      : []),
    '',
    '## Input',
    '',
    ...fieldLines(spec.input_schema),
    '',
    '## Payload',
    '',
    ...fieldLines(spec.output_schema),
    ...(tools.length > 0 ? ['', '## It calls', '', ...tools.map((tool) => `- \`${tool}\``)] : []),
    ...(reached.length > 0 ? ['', '## It reaches', '', ...reached.map((host) => `- \`${host}\``)] : []),
    ...(example ? ['', '## Example input', '', ...fenced(example.input, maxExampleChars)] : []),
    '',
    '## Files',
    '',
    `- \`scripts/${script}\`: the code of version ${version}, as the gate admitted it`,
    '- `references/spec.json`: schemas and the visible tests',
    '- `references/report.json`: what each stage of the gate saw',
    '',
  ];
}

/**
 * The Agent Skill of a version: relative path to text. Of the tests only the visible ones are in it.
 * @throws FoundryError internal where it would break the rules of SKILL.md
 */
export function skillFilesOf(capability: CapabilityVersion): Record<string, string> {
  const folder = skillNameOf(capability.name);
  const script = `${capability.name}.${capability.language === 'python' ? 'py' : 'ts'}`;
  const front = [
    '---',
    `name: ${folder}`,
    `description: ${JSON.stringify(describe(capability))}`,
    'metadata:',
    `  capability: ${JSON.stringify(capability.name)}`,
    `  version: ${JSON.stringify(String(capability.version))}`,
    `  content_hash: ${JSON.stringify(capability.content_hash)}`,
    '---',
    '',
  ];
  const files = {
    'SKILL.md': [...front, ...bodyOf(capability, script)].join('\n'),
    [`scripts/${script}`]: capability.code,
    'references/spec.json': `${JSON.stringify(capability.spec, null, 2)}\n`,
    'references/report.json': `${JSON.stringify(capability.report, null, 2)}\n`,
  };
  const faults = skillFaults(files, folder);
  if (faults.length > 0) {
    throw new FoundryError('internal', `The skill would not be valid: ${faults.join('; ')}.`, 'Report this as a bug.');
  }
  return files;
}
