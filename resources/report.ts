import type { GateReport, StageResult } from '../src/gate/model.js';
import { clean, inline } from './quote.js';

/** A stage as a person reads it. Of the hidden stage only what the reasons say, which is never a value. */
function stage(result: StageResult): string {
  const head = `### ${result.stage}: ${result.status}`;
  const facts = `${result.checked} checked in ${Math.round(result.duration_ms)} ms`;
  const reasons = result.reasons.map((reason) => `- ${clean(reason)}`);
  const shown = result.stage === 'hidden' ? [] : Object.entries(result.evidence);
  const evidence = shown.map(([key, value]) => `- ${key}: ${inline(JSON.stringify(value) ?? 'null', 400)}`);
  return [head, facts, [...reasons, ...evidence].join('\n')].filter((part) => part !== '').join('\n\n');
}

function packageLines({ runtime: { packages } }: GateReport): string[] {
  return packages ? [`- packages: ${inline(packages.names.join(', '), 2000)}; bundle sha256 ${packages.sha256}`] : [];
}

export function reportMarkdown(title: string, report: GateReport): string {
  const hidden = report.author_saw_all
    ? 'no case was hidden from the author'
    : `${report.hidden_tests} hidden from the author`;
  return [
    `# ${title}`,
    [
      `- verdict: ${report.verdict}${report.failed_stage ? ` at stage ${report.failed_stage}` : ''}`,
      ...report.reasons.map((reason) => `- reason: ${clean(reason)}`),
      `- tests: ${report.visible_tests} visible, ${hidden}`,
      `- code: ${report.language}, sha256 ${report.code_sha256}`,
      `- sandbox: ${inline(report.runtime.fingerprint)}; isolation: ${report.runtime.isolation.join(', ') || 'none'}`,
      ...packageLines(report),
      `- gate: ${report.gate_version}`,
    ].join('\n'),
    '## Stages',
    ...report.stages.map(stage),
  ].join('\n\n');
}
