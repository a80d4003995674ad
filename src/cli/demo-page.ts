import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DemoReport, Places } from './demo-job.js';
import { table } from './io.js';

const program = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin.js');

/** What a person reads after the demo. */
export function demoPage(report: DemoReport, recorded: { runs: number; succeeded: number }, places: Places): string {
  const parts = [
    table(
      ['step', 'result'],
      [
        ['recorded', `${recorded.runs} runs of a scripted agent; ${recorded.succeeded} did what the ticket asked`],
        ['imported', `${report.imported} evidence records; redacted: ${counts(report.redacted)}`],
        ['scored', counts(report.categories)],
        ['mined', `${report.acts} acts, ${report.groups} groups of near-duplicates, ${report.clusters} clusters`],
        ['learnt', `${report.admitted.length} skills admitted, ${report.refused.length} refused`],
        ['calls saved', `${report.calls_saved} of ${report.calls_recorded} calls in accepted runs`],
        ['exported', `${report.rows} training rows, from accepted runs only`],
        ['took', `${report.seconds.toFixed(1)} s`],
      ],
    ),
    table(
      ['skill', 'calls in one', 'runs', 'what it does'],
      report.admitted.map((skill) => [skill.name, skill.calls_each.toFixed(1), skill.runs, skill.summary]),
    ),
  ];
  const no = [
    ...report.refused.map((each) => [each.name, each.status, each.reason]),
    ...report.skipped.map((each) => [each.cluster_id.split('.')[0] ?? '', 'no skill', each.reason]),
  ];
  if (no.length > 0) parts.push(table(['refused', 'verdict', 'why'], no));
  const { call } = report;
  if (call) {
    parts.push(
      `Called ${call.name} against the live help desk: ${call.tool_calls} tool calls in one.\n  input   ${call.input}\n  status  ${call.status}\n  payload ${call.payload}\n`,
    );
  }
  parts.push(
    `Files in ${places.out}\n  logs/      what was recorded\n  skills/    the learnt skills, as Agent Skills\n  dataset/   training rows, provenance, card, receipt\n  home/      the store and its configuration\n`,
    `To look around with an MCP client, paste this into its configuration:\n${clientConfig(places)}\n`,
  );
  return parts.join('\n');
}

function clientConfig({ home, logs }: Places): string {
  const entry = {
    command: process.execPath,
    args: [program, 'serve'],
    env: { FOUNDRY_HOME: home, FOUNDRY_READ_ROOTS: logs },
  };
  return JSON.stringify({ mcpServers: { 'capability-foundry': entry } }, null, 2);
}

function counts(record: Readonly<Record<string, number>>): string {
  const some = Object.entries(record).filter(([, count]) => count > 0);
  return some.map(([name, count]) => `${count} ${name.replaceAll('_', ' ')}`).join(', ') || 'nothing';
}
