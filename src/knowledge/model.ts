import * as z from 'zod';

/** Where something is known from: a record, or a run as a whole where no single record says it. */
export const groundSchema = z.strictObject({ run_id: z.string().min(1), evidence_id: z.string().nullable() });
export type Ground = z.infer<typeof groundSchema>;

/** A statement is kept with this many of the records it rests on at most; `count` is of all. */
export const maxGrounds = 20;

/** Something that was seen, how often, and where. Nothing is stated without a source. */
export const factSchema = z.strictObject({
  text: z.string().min(1),
  count: z.int().min(1).describe('how often it was seen'),
  sources: z.array(groundSchema).min(1).max(maxGrounds).describe('where, the first ones'),
});
export type Fact = z.infer<typeof factSchema>;

const facts = z.array(factSchema);

/** What a model did in a run. */
export const modelRoles = ['agent', 'sub_agent', 'grader', 'unknown'] as const;
export const modelRoleSchema = z
  .enum(modelRoles)
  .describe(
    'agent: the main line; sub_agent: side chains only; grader: gave an outcome; unknown: the log does not say',
  );
export type ModelRole = (typeof modelRoles)[number];

/** Whether a model takes over from others in the middle of a run. */
export const escalationRoles = ['alone', 'starts', 'takes_over', 'both'] as const;

export const validationStatuses = ['passed', 'failed', 'partial', 'unknown'] as const;

/** What an agent wrote to itself during a run, brought into one form. */
export const scratchpadSummarySchema = z.strictObject({
  schema_version: z.literal(1),
  run_id: z.string().min(1),
  current_objective: factSchema.nullable(),
  completed_steps: facts,
  failed_steps: facts,
  pending_steps: facts,
  important_paths: facts,
  decisions: facts,
  unresolved_questions: facts,
  validation_status: z.enum(validationStatuses).describe("what the run's outcomes say of the work"),
  validation_sources: z.array(groundSchema),
  next_command: factSchema.nullable().describe('the call that followed the last entry'),
  entries: z.array(groundSchema).min(1).describe('the records that the entries stand in, in order'),
  source_scratchpad_hash: z
    .string()
    .length(64)
    .describe('sha256 of the canonical JSON of the entries with their records'),
});
export type ScratchpadSummary = z.infer<typeof scratchpadSummarySchema>;

/** A time and the very record that took it. */
const latencySchema = z.strictObject({ ms: z.number().min(0), source: groundSchema });

const countedRuns = z.strictObject({
  value: z.number().min(0).max(1),
  low: z.number().min(0).max(1).describe('lower end of the 95% Wilson interval'),
  high: z.number().min(0).max(1),
  accepted_run_ids: z.array(z.string()),
  other_run_ids: z.array(z.string()).describe('partially accepted and rejected'),
});

/** What is known of one model at one type of task. */
export const modelLedgerEntrySchema = z
  .strictObject({
    schema_version: z.literal(1),
    model_name: z.string().min(1),
    model_provider: z.string().nullable().describe('null where the name does not tell'),
    model_role: modelRoleSchema,
    task_type: z.string().min(1).describe('`*` is all of them'),
    success_rate: countedRuns.nullable().describe('null while no run was judged'),
    failure_modes: facts,
    best_partner_model: z
      .strictObject({ model_name: z.string(), accepted: z.int(), runs: z.int(), run_ids: z.array(z.string()).min(1) })
      .nullable()
      .describe('of the models in the same runs, the one with the best lower end of the interval'),
    escalation_role: z.enum(escalationRoles),
    cost: z
      .strictObject({
        usd: z.number().min(0).nullable(),
        input_tokens: z.int().min(0),
        output_tokens: z.int().min(0),
        run_ids: z.array(z.string()).min(1),
      })
      .nullable()
      .describe('null where the logs have no usage'),
    latency_p50: latencySchema.nullable().describe('of one answer; null where the logs have no times'),
    latency_p95: latencySchema.nullable(),
    context_window: z.int().min(1).nullable().describe('tokens; null where it is not known'),
    sample_count: z.int().min(1).describe('runs'),
    source_run_ids: z.array(z.string()).min(1),
    last_updated: z.string().describe('when the newest of the records was recorded'),
  })
  .refine(
    (entry) => entry.sample_count === entry.source_run_ids.length,
    'sample_count is the number of source_run_ids',
  );
export type ModelLedgerEntry = z.infer<typeof modelLedgerEntrySchema>;

const playbookStepSchema = z.strictObject({
  position: z.int().min(1),
  step: z.string().min(1).describe('the tool, with the command where it is a shell'),
  arguments: z.array(z.string()).describe('names of arguments that every call had'),
  sources: z.array(groundSchema).min(1).max(maxGrounds),
});

/** A way of doing one type of task that worked again and again. */
export const playbookSchema = z.strictObject({
  schema_version: z.literal(1),
  playbook_id: z.string(),
  task_type: z.string().min(1),
  support: z.int().min(1).describe('accepted runs in which the steps follow one another'),
  problem_pattern: facts.describe("words that the askers' requests share"),
  useful_context: facts.describe('what was looked up before the first step'),
  model_routing_path: facts.describe('models in the order in which they worked'),
  steps: z.array(playbookStepSchema).min(1),
  commands_worked: facts,
  commands_failed: facts,
  validation_steps: facts,
  repo_files_touched: facts,
  important_paths: facts,
  recovery_strategy: facts.describe('what followed a failed call where the run was accepted all the same'),
  known_failure_modes: facts.describe('of rejected runs of this type'),
  escalation_threshold: z
    .strictObject({ failed_calls: z.int().min(0), sources: z.array(groundSchema).min(1).max(maxGrounds) })
    .nullable()
    .describe('more failed calls than any accepted run of this type had'),
  acceptance_criteria: facts.min(1).describe('why the runs were accepted'),
  source_run_ids: z.array(z.string()).min(1),
  created_at: z.string(),
});
export type Playbook = z.infer<typeof playbookSchema>;

export interface KnowledgeStore {
  /** One that is there already stays as it is. */
  putPlaybooks(playbooks: readonly Playbook[]): Promise<void>;
  getPlaybook(playbookId: string): Promise<Playbook | undefined>;
  playbookIdsStartingWith(prefix: string, limit: number): Promise<string[]>;
}
