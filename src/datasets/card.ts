import type { Dataset } from './model.js';
import type { BuildOptions } from './options.js';

/** What a build found out that its card, receipt and metadata tell. */
export interface BuildFacts {
  readonly datasetId: string;
  readonly receiptId: string;
  readonly options: BuildOptions;
  readonly files: Dataset['files'];
  readonly rows: number;
  readonly matched: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly sources: readonly string[];
  readonly importers: readonly string[];
  readonly redactionPolicies: readonly string[];
  readonly scorerVersion: string;
  readonly toolsInferred: readonly string[];
  readonly failedSteps: number;
  readonly groups: number;
  readonly warnings: readonly string[];
}

function sizeCategory(rows: number): string {
  if (rows < 1_000) return 'n<1K';
  if (rows < 10_000) return '1K<n<10K';
  if (rows < 100_000) return '10K<n<100K';
  return rows < 1_000_000 ? '100K<n<1M' : 'n>1M';
}

function frontMatter(facts: BuildFacts): string {
  const lines = [
    '---',
    `pretty_name: ${JSON.stringify(facts.options.name)}`,
    'license: unknown',
    'annotations_creators:',
    '- machine-generated',
    'source_datasets:',
    '- original',
    'task_categories:',
    '- text-generation',
    'tags:',
    '- agent',
    '- tool-use',
    '- sft',
    `- ${facts.options.format.name}`,
    'size_categories:',
    `- ${sizeCategory(facts.rows)}`,
  ];
  if (facts.files.length > 0) {
    lines.push('configs:', '- config_name: default', '  data_files:');
    for (const file of facts.files) lines.push(`  - split: ${file.split}`, `    path: ${JSON.stringify(file.path)}`);
  }
  return [...lines, '---'].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((one) => cell(String(one))).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

function maskNote(facts: BuildFacts): string {
  if (facts.failedSteps === 0) return 'No assistant message of these rows made a call that failed.';
  const count = `${facts.failedSteps} assistant message(s) made a call that failed; the provenance lists them under \`failed_steps\`.`;
  if (!facts.options.format.canMask) {
    return `${count} TRL has no mask for a single message: they and their errors stand in the rows as context, and a trainer that learns from all assistant messages learns from them too.`;
  }
  return facts.options.maskFailedSteps
    ? `${count} They carry \`weight: 0\`: they are context, not something to learn.`
    : `${count} They carry no weight of their own, as asked (\`mask_failed_steps: false\`).`;
}

function shape(facts: BuildFacts): string {
  return facts.options.format.name === 'trl'
    ? 'TRL conversational with tools: the arguments of a call are an object, a tool message carries the name of its tool. `assistant_only_loss` needs a chat template with `{% generation %}`; without one the mask is empty. Load with a `datasets` version that has the `Json` type (4.7 or later): older ones fill every key that a row lacks with `None`.'
    : 'OpenAI chat fine-tuning: the arguments of a call are JSON text, `tool_call_id` refers to the `id` of a call. Ids are those of the log where every call of a row has one of its own, else the place of the call. Characters that the format does not allow in names are written as `_`.';
}

/** The data set's card in Markdown, with the front matter that dataset hubs read. */
export function renderCard(facts: BuildFacts): string {
  const { options } = facts;
  const excluded = Object.entries(facts.excluded);
  const inferred =
    facts.toolsInferred.length === 0
      ? 'Every tool is as the logs declare it.'
      : `The logs declare no schema for these tools; theirs were inferred from the recorded arguments of accepted runs (\`inferred: true\`): ${list(facts.toolsInferred)}.`;
  const sections = [
    `# ${options.name}`,
    `Supervised fine-tuning rows from the logs of agents: ${facts.rows} rows out of ${facts.matched} runs. Data set \`${facts.datasetId}\`, receipt \`${facts.receiptId}\`.`,
    `## Rows\n\n${shape(facts)}\n\n${maskNote(facts)}\n\nA row is the main thread of one whole run up to the last message of the agent; what followed it and side threads are left out. Text that a program put in the user's place (echoes of commands, reminders) stays, for the agent saw it. ${inferred}`,
    `## Splits\n\n${
      facts.files.length === 0
        ? 'There is no row.'
        : table(
            ['split', 'file', 'rows'],
            facts.files.map((file) => [file.split, file.path, file.rows]),
          )
    }\n\nRuns of one task never cross a split: a group (${facts.groups} of them) goes to a split by the hash of its key, so it stays there when more runs come in. Asked shares: train ${options.shares.train}, validation ${options.shares.validation}, test ${options.shares.test}.`,
    `## What counts as good\n\nOnly runs whose score is \`accepted\` stand here (scorer ${facts.scorerVersion}; no model judges). Runs that are partially accepted, rejected, or wait for a person's review are never rows; an outcome that a client handed in counts only where the operator trusts it, and a person's override outranks the scorer.`,
    `## Left out\n\n${excluded.length === 0 ? 'Nothing.' : table(['reason', 'runs'], excluded)}`,
    `## Where it comes from\n\nSources: ${list(facts.sources)}. Importers: ${list(facts.importers)}. Redaction policies: ${list(facts.redactionPolicies)}; redaction came before anything was stored. Consent: only folders that the operator's configuration allows were imported.`,
    `\`${options.name}.provenance.jsonl\` leads from each row (\`row_id\`: sha256 of its canonical JSON) to the bytes of every message. It names files of the machine on which the logs were read; training does not need it. No licence is known: that of the logs applies.`,
  ];
  if (facts.warnings.length > 0) sections.push(`## Mind\n\n${facts.warnings.map((one) => `- ${one}`).join('\n')}`);
  return `${frontMatter(facts)}\n\n${sections.join('\n\n')}\n`;
}
