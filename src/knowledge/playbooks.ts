import { contentId } from '../hash.js';
import type { RunDigest, Step } from './digest.js';
import { createTally, shortText } from './facts.js';
import { type Fact, type Ground, maxGrounds, type Playbook, playbookSchema } from './model.js';
import { placeIn, recurringSequences, type Sequence, workedSteps } from './sequences.js';

const perType = 5;
const maxFacts = 20;

interface Kin {
  /** accepted runs of the type */
  readonly accepted: readonly RunDigest[];
  readonly rejected: readonly RunDigest[];
}

function collect(runs: readonly RunDigest[], pick: (step: Step) => string | readonly string[] | null): Fact[] {
  const tally = createTally();
  for (const run of runs) {
    for (const step of run.steps) {
      for (const text of [pick(step) ?? []].flat()) tally.add(text, step.source);
    }
  }
  return tally.facts(maxFacts);
}

function pathsOf(runs: readonly RunDigest[]): Fact[] {
  const tally = createTally();
  for (const { steps } of runs)
    for (const { paths, called } of steps) for (const path of paths) tally.add(path, called);
  return tally.facts(maxFacts);
}

/** The words of the first request that at least half of the runs share. */
function problemOf(runs: readonly RunDigest[]): Fact[] {
  const tally = createTally();
  for (const { words, request } of runs) if (request) for (const word of words) tally.add(word, request);
  return tally.facts(maxFacts, Math.max(2, Math.ceil(runs.length / 2)));
}

/** What was looked up before the first step of the sequence. */
function contextOf({ steps, runs }: Sequence): Fact[] {
  const tally = createTally();
  for (const run of runs) {
    const worked = workedSteps(run);
    for (const step of worked.slice(0, placeIn(worked, steps))) if (!step.touches) tally.add(step.step, step.source);
  }
  return tally.facts(maxFacts);
}

function routesOf(runs: readonly RunDigest[]): Fact[] {
  const tally = createTally();
  for (const { models } of runs) {
    if (models.length > 0) tally.add(models.map((one) => one.model).join(' -> '), ...models.map((one) => one.source));
  }
  return tally.facts(maxFacts);
}

/** What an accepted run did next after a call that failed. */
function recoveriesOf(runs: readonly RunDigest[]): Fact[] {
  const tally = createTally();
  for (const { steps } of runs) {
    for (const [at, step] of steps.entries()) {
      const next = steps[at + 1];
      if (!step.failed || !next || next.failed) continue;
      const then = next.step === step.step ? 'the same with other arguments' : next.step;
      tally.add(`after ${step.step} failed: ${then}`, step.source, next.source);
    }
  }
  return tally.facts(maxFacts);
}

/** What speaks against rejected runs, and what failed in them; marks of both sides say nothing. */
function failureModesOf({ accepted, rejected }: Kin): Fact[] {
  const good = new Set(accepted.flatMap((run) => run.reasons.map((reason) => reason.marker)));
  const tally = createTally();
  for (const { reasons, steps, runId } of rejected) {
    for (const { marker, message, evidence_id } of reasons) {
      if (!good.has(marker)) tally.add(`${marker}: ${message}`, { run_id: runId, evidence_id });
    }
    for (const step of steps) {
      if (step.failed) tally.add(`${step.step} failed: ${shortText(step.error ?? '').slice(0, 120)}`, step.source);
      if (step.handsOver) tally.add(`handed over by ${step.step}`, step.source);
    }
  }
  return tally.facts(maxFacts);
}

/** One failed call more than any accepted run had; null where none of them failed at all and nothing can be said. */
function thresholdOf(accepted: readonly RunDigest[]): Playbook['escalation_threshold'] {
  const failed = accepted.map((run) => run.steps.filter((step) => step.failed).map((step) => step.source));
  const most = failed.reduce<Ground[]>((best, one) => (one.length > best.length ? one : best), []);
  return most.length === 0 ? null : { failed_calls: most.length + 1, sources: most.slice(0, maxGrounds) };
}

function criteriaOf(runs: readonly RunDigest[]): Fact[] {
  const tally = createTally();
  for (const { reasons, runId } of runs) {
    const [deciding] = reasons;
    if (deciding)
      tally.add(`${deciding.marker}: ${deciding.message}`, { run_id: runId, evidence_id: deciding.evidence_id });
  }
  return tally.facts(maxFacts);
}

function stepsOf({ steps, runs }: Sequence): Playbook['steps'] {
  return steps.map((step, offset) => {
    const made = runs.flatMap((run) => {
      const worked = workedSteps(run);
      return worked[placeIn(worked, steps) + offset] ?? [];
    });
    const names = made[0]?.arguments ?? [];
    return {
      position: offset + 1,
      step,
      arguments: names.filter((name) => made.every((one) => one.arguments.includes(name))),
      sources: made.slice(0, maxGrounds).map((one) => one.source),
    };
  });
}

function playbookOf(sequence: Sequence, kin: Kin, at: string): Playbook {
  const { runs } = sequence;
  const body = {
    schema_version: 1,
    task_type: runs[0]?.taskType ?? '',
    support: runs.length,
    problem_pattern: problemOf(runs),
    useful_context: contextOf(sequence),
    model_routing_path: routesOf(runs),
    steps: stepsOf(sequence),
    commands_worked: collect(runs, (step) => (step.failed ? null : (step.command ?? step.tool))),
    commands_failed: collect([...runs, ...kin.rejected], (step) => (step.failed ? (step.command ?? step.tool) : null)),
    validation_steps: validationsOf(runs),
    repo_files_touched: collect(runs, (step) => (step.touches && !step.failed ? step.paths : null)),
    important_paths: pathsOf(runs),
    recovery_strategy: recoveriesOf(runs),
    known_failure_modes: failureModesOf(kin),
    escalation_threshold: thresholdOf(kin.accepted),
    acceptance_criteria: criteriaOf(runs),
    source_run_ids: runs.map((run) => run.runId),
  };
  return playbookSchema.parse({ ...body, playbook_id: contentId('playbook', body), created_at: at });
}

/** Commands that check the work; where there are none, what judged it from outside. */
function validationsOf(runs: readonly RunDigest[]): Fact[] {
  const own = collect(runs, (step) => (step.validates && !step.failed ? step.step : null));
  if (own.length > 0) return own;
  const tally = createTally();
  for (const { runId, reasons } of runs) {
    const judged = reasons.find((reason) => reason.evidence_id !== null);
    if (judged) tally.add(`judged from outside: ${judged.message}`, { run_id: runId, evidence_id: judged.evidence_id });
  }
  return tally.facts(maxFacts);
}

/**
 * The playbooks of runs that were judged: of each task type, the sequences of steps that accepted runs share, with what is
 * known of rejected ones. The same runs give the same playbooks; ids are hashes of what they say.
 * @param at when they are made; no part of the id
 */
export function playbooksOf(runs: readonly RunDigest[], minSupport: number, at: string): Playbook[] {
  const types = [...new Set(runs.map((run) => run.taskType))].sort();
  const found = types.flatMap((type) => {
    const own = runs.filter((run) => run.taskType === type);
    const kin = { accepted: own.filter((run) => run.accepted), rejected: own.filter((run) => !run.accepted) };
    return recurringSequences(kin.accepted, minSupport, perType).map((one) => playbookOf(one, kin, at));
  });
  return found.sort((a, b) => b.support - a.support || (a.playbook_id < b.playbook_id ? -1 : 1));
}
