import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { recordHelpdesk } from '../../examples/helpdesk/record.js';
import type { Services } from '../services.js';
import { callLearntSkill } from './demo-call.js';
import { type Command, type CommandContext, endProgress, table, wholeNumber, workContext } from './io.js';

export const demoCommand: Command = {
  summary: 'record a simulated help desk and run the whole job on it, without a key',
  usage: 'capability-foundry demo [--out demo-output] [--tickets 300] [--seed 7] [--json]',
  async run(context) {
    const { values } = parseArgs({
      args: [...context.args],
      options: {
        out: { type: 'string' },
        tickets: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const tickets = wholeNumber(values.tickets, 'tickets', { min: 30, max: 5000 }) ?? 300;
    const seed = wholeNumber(values.seed, 'seed', { min: 0, max: 1_000_000 }) ?? 7;
    const out = resolve(values.out ?? 'demo-output');
    const places = { out, logs: join(out, 'logs'), home: join(out, 'home') };
    await prepare(places, seed, tickets);

    const recorded = await recordHelpdesk(places.logs, { seed, tickets });
    const services = context.services({
      overrides: { home: places.home, db: join(places.home, 'foundry.db'), roots: [out] },
    });
    const report = await runJob(services, context, places);
    endProgress(context);
    if (values.json)
      context.out(
        `${JSON.stringify({ recorded: { runs: recorded.runs, succeeded: recorded.succeeded }, ...report })}\n`,
      );
    else context.out(page(report, recorded, places));
    return report.admitted.length > 0 && report.call !== null ? 0 : 1;
  },
};

interface Places {
  readonly out: string;
  readonly logs: string;
  readonly home: string;
}

interface Report {
  readonly imported: number;
  readonly redacted: Readonly<Record<string, number>>;
  readonly categories: Readonly<Record<string, number>>;
  readonly acts: number;
  readonly groups: number;
  readonly clusters: number;
  readonly admitted: readonly {
    readonly name: string;
    readonly summary: string;
    readonly calls: number;
    readonly runs: number;
  }[];
  readonly refused: readonly { readonly name: string; readonly status: string; readonly reason: string }[];
  readonly skipped: readonly { readonly cluster_id: string; readonly reason: string }[];
  readonly calls_saved: number;
  readonly rows: number;
  readonly files: readonly string[];
  readonly call: Awaited<ReturnType<typeof callLearntSkill>>;
  readonly seconds: number;
}

const here = dirname(fileURLToPath(import.meta.url));
const serverPath = join(here, '..', '..', 'examples', 'helpdesk', 'server.js');

/** The demo's own data folder, made anew each time; the user's is not touched. */
async function prepare({ logs, home }: Places, seed: number, tickets: number): Promise<void> {
  await rm(logs, { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  const config = {
    mcp_servers: { helpdesk: { command: process.execPath, args: [serverPath, String(seed), String(tickets)] } },
  };
  await writeFile(join(home, 'foundry.config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

async function runJob(services: Services, context: CommandContext, places: Places): Promise<Report> {
  const started = services.clock.elapsed();
  const imported = await services.evidence.importEvidence(
    { path: places.logs, source: 'helpdesk' },
    workContext(context, 'import'),
  );
  const scored = await services.scoring.scoreRuns({ source: 'helpdesk', limit: 1 }, workContext(context, 'score'));
  const mined = await services.needs.mineNeeds({ source: 'helpdesk' }, workContext(context, 'mine'));
  const clustered = await services.needs.clusterNeeds({ mining_id: mined.mining_id }, workContext(context, 'cluster'));
  const proposed = await services.specs.proposeSpec(
    { clustering_id: clustered.clustering_id, generator: 'induction' },
    workContext(context, 'propose'),
  );
  const specIds = proposed.specs.map((spec) => spec.spec_id);
  const generated =
    specIds.length > 0
      ? await services.specs.generateAndGate(
          { spec_ids: specIds, generator: 'induction' },
          workContext(context, 'gate'),
        )
      : { results: [] };
  const dataset = await services.datasets.buildSft(
    { name: 'helpdesk', output_dir: join(places.out, 'dataset') },
    workContext(context, 'data set'),
  );

  const admitted = [];
  const refused = [];
  for (const result of generated.results) {
    if (result.status !== 'admitted' || !result.capability) {
      refused.push({ name: result.name, status: result.status, reason: result.reasons[0] ?? '' });
      continue;
    }
    const pattern = await services.store.specs.patternOfSpec(result.spec_id);
    const version = await services.store.library.get(result.capability.name);
    const runs = (pattern?.train_run_ids.length ?? 0) + (pattern?.held_out_run_ids.length ?? 0);
    admitted.push({
      name: result.name,
      summary: version?.spec.summary ?? '',
      calls: pattern?.calls_replaced ?? 0,
      runs,
    });
    await services.library.manage(
      { name: result.name, action: 'export', output_dir: join(places.out, 'skills') },
      workContext(context, 'export'),
    );
  }
  return {
    imported: imported.imported,
    redacted: imported.redacted,
    categories: scored.by_category,
    acts: mined.acts,
    groups: mined.groups,
    clusters: clustered.count,
    admitted,
    refused,
    skipped: proposed.skipped,
    calls_saved: admitted.reduce((sum, skill) => sum + (skill.calls - 1) * skill.runs, 0),
    rows: dataset.rows,
    files: dataset.files.map((file) => file.path),
    call: await callLearntSkill(
      services,
      admitted.map((skill) => skill.name),
      workContext(context, 'call'),
    ),
    seconds: (services.clock.elapsed() - started) / 1000,
  };
}

function page(report: Report, recorded: { runs: number; succeeded: number }, places: Places): string {
  const { call } = report;
  const parts = [
    table(
      ['step', 'result'],
      [
        ['recorded', `${recorded.runs} runs of a scripted agent, ${recorded.succeeded} did what the ticket asked`],
        ['imported', `${report.imported} evidence records; redacted: ${counts(report.redacted)}`],
        ['scored', counts(report.categories)],
        ['mined', `${report.acts} acts, ${report.groups} groups of near-duplicates, ${report.clusters} clusters`],
        ['learnt', `${report.admitted.length} skills admitted, ${report.refused.length} refused`],
        ['calls saved', `${report.calls_saved} of the recorded calls, had the skills been there`],
        ['exported', `${report.rows} training rows from accepted runs`],
        ['took', `${report.seconds.toFixed(1)} s`],
      ],
    ),
    table(
      ['skill', 'calls', 'runs', 'what it does'],
      report.admitted.map((skill) => [skill.name, skill.calls, skill.runs, wrap(skill.summary, 60)]),
    ),
  ];
  if (report.refused.length > 0) {
    parts.push(
      table(
        ['refused', 'verdict', 'why'],
        report.refused.map((each) => [each.name, each.status, wrap(each.reason, 60)]),
      ),
    );
  }
  if (call)
    parts.push(
      `Called ${call.name} against the live help desk (${call.tool_calls} tool calls in one):\n  input   ${call.input}\n  result  ${call.status} ${call.payload}\n`,
    );
  parts.push(
    `Files: ${places.out}\n  logs/      what was recorded\n  skills/    the learnt skills as Agent Skills\n  dataset/   training rows, provenance, card, receipt\n  home/      the store and its configuration\n`,
    `To look around with an MCP client, paste this into its configuration:\n${clientConfig(places.home)}\n`,
  );
  return parts.join('\n');
}

function clientConfig(home: string): string {
  const entry = { command: process.execPath, args: [join(here, '..', 'bin.js'), 'serve'], env: { FOUNDRY_HOME: home } };
  return JSON.stringify({ mcpServers: { 'capability-foundry': entry } }, null, 2);
}

function counts(record: Readonly<Record<string, number>>): string {
  return (
    Object.entries(record)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`)
      .join(', ') || 'nothing'
  );
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
