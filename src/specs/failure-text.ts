import type { GateReport } from '../gate/model.js';

const maxReasons = 12;
const maxReasonChars = 400;

/** Durations differ from run to run; the text must not, for it is part of later questions to a model. */
function steady(reason: string): string {
  return reason.replace(/\b\d+(\.\d+)? ?ms\b/g, 'some ms').slice(0, maxReasonChars);
}

/** What the gate said, as its author may see it: reasons of hidden cases name the property, never a value. */
export function visibleFailure(report: GateReport): string {
  const stages = report.stages.filter(({ status }) => status === 'failed' || status === 'inconclusive');
  const reasons = stages.flatMap((stage) => stage.reasons.map((reason) => `${stage.stage}: ${reason}`));
  const lines = reasons.length > 0 ? reasons : report.reasons;
  return [
    report.failed_stage ? `Failed at ${report.failed_stage}.` : `Verdict: ${report.verdict}.`,
    ...lines.slice(0, maxReasons).map((line) => `- ${steady(line)}`),
    ...(lines.length > maxReasons ? [`- and ${lines.length - maxReasons} more`] : []),
  ].join('\n');
}

/** Mutants that no test killed, where the strength stage listed any. */
export function survivorsOf(report: GateReport): string[] {
  const listed = report.stages.find(({ stage }) => stage === 'strength')?.evidence['survivors'];
  return Array.isArray(listed) ? listed.filter((item) => typeof item === 'string').slice(0, 10) : [];
}
