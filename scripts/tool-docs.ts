import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonSchemaOf, recordKindNames } from '../src/records/kinds.js';
import { rulesJsonSchema } from '../src/scoring/rule-file.js';
import { listAll } from './live-lists.js';

const target = fileURLToPath(new URL('../docs/tools.md', import.meta.url));
const schemas = fileURLToPath(new URL('../docs/schemas/', import.meta.url));
const readme = fileURLToPath(new URL('../README.md', import.meta.url));

type Lists = Awaited<ReturnType<typeof listAll>>;
type Tool = Lists['tools'][number];

interface Field {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly items?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

function fieldOf(schema: unknown): Field {
  return typeof schema === 'object' && schema !== null ? schema : {};
}

function typeOf(field: Field): string {
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.type === 'array') return `list of ${typeOf(fieldOf(field.items))}`;
  if (field.properties) return `object of ${keysOf(field)}`;
  return Array.isArray(field.type) ? field.type.join(' or ') : String(field.type ?? 'any');
}

/** The keys of an object with their types, a question mark behind those that may be left out. */
function keysOf({ properties = {}, required = [] }: Field): string {
  const keys = Object.entries(properties).map(([name, property]) => {
    const field = fieldOf(property);
    const type = field.enum ? `one of ${typeOf(field)}` : typeOf(field);
    return `\`${name}\`${required.includes(name) ? '' : '?'} (${type})`;
  });
  return keys.join(', ');
}

function argumentRows(schema: Tool['inputSchema']): string {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const field = fieldOf(property);
    return `| \`${name}\`${required.has(name) ? ' (required)' : ''} | ${typeOf(field)} | ${field.description ?? ''} |`;
  });
  return ['| argument | type | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function annotations({ annotations: hints = {} }: Tool): string {
  const said = [
    hints.readOnlyHint ? 'reads only' : 'writes',
    hints.destructiveHint ? 'may change things that cannot be taken back' : undefined,
    hints.idempotentHint ? 'the same call again changes nothing more' : undefined,
    hints.openWorldHint ? 'may reach beyond this machine' : undefined,
  ];
  return said.filter((one) => one !== undefined).join('; ');
}

/** Without the keys of objects, which results show by themselves. */
function resultType({ properties: _, items, ...field }: Field): string {
  if (field.type !== 'array') return typeOf(field);
  return `list of ${resultType(fieldOf(items))}`;
}

function toolSection(tool: Tool): string {
  const results = Object.entries(tool.outputSchema?.['properties'] ?? {}).map(
    ([name, property]) => `\`${name}\` (${resultType(fieldOf(property))})`,
  );
  return [
    `## ${tool.name}`,
    tool.description ?? '',
    `Hints: ${annotations(tool)}.`,
    argumentRows(tool.inputSchema),
    `Result: ${results.join(', ')}.`,
  ].join('\n\n');
}

function promptRow(prompt: Lists['prompts'][number]): string {
  const args = (prompt.arguments ?? []).map((one) => `\`${one.name}\`${one.required ? '' : '?'}`).join(', ');
  return `| \`${prompt.name}\` | ${args} | ${prompt.description ?? ''} |`;
}

/** The page, whole: nothing in it is written by hand. */
function page({ tools, prompts, templates }: Lists): string {
  const templateRows = templates.map((one) => `| \`${one.uriTemplate}\` | ${one.description ?? ''} |`);
  const parts = [
    '# Tools, resources and prompts',
    'Generated from the running server by `npm run docs`; do not edit.',
    'Tools that take `wait_ms` are jobs: their result always carries `job_id` and `job_state`, and the rest once the job is done.',
    ...tools.map(toolSection),
    ['## Resources', ['| URI | what |', '| --- | --- |', ...templateRows].join('\n')].join('\n\n'),
    ['## Prompts', ['| prompt | arguments | what |', '| --- | --- | --- |', ...prompts.map(promptRow)].join('\n')].join(
      '\n\n',
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The README with its table of tools made anew between the two marks. */
function readmeWith({ tools }: Lists, readme: string): string {
  const rows = tools.map((tool) => `| \`${tool.name}\` | ${(tool.description ?? '').split(/(?<=\.)\s/)[0]} |`);
  const table = ['| tool | what it does |', '| --- | --- |', ...rows].join('\n');
  return readme.replace(
    /(<!-- tools:begin -->\n)[\s\S]*?(\n<!-- tools:end -->)/,
    (_, begin, end) => `${begin}${table}${end}`,
  );
}

function current(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const lists = await listAll();
const made: readonly (readonly [string, string])[] = [
  [target, page(lists)],
  [readme, readmeWith(lists, current(readme))],
  ...recordKindNames.map(
    (kind) => [`${schemas}${kind}.json`, `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`] as const,
  ),
  [`${schemas}scorer_rules.json`, `${JSON.stringify(rulesJsonSchema(), null, 2)}\n`],
];
for (const [path, text] of made) {
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (text !== current(path)) {
    process.stderr.write(`${path} is stale: run npm run docs.\n`);
    process.exitCode = 1;
  }
}
