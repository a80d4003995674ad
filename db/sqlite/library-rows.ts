import * as z from 'zod';
import { type GateReport, gateReportSchema, languages } from '../../src/gate/model.js';
import type { JsonObject, JsonValue } from '../../src/json.js';
import {
  type Attempt,
  type CapabilityVersion,
  type Change,
  changeActions,
  type Execution,
  type Plan,
  type PlannedCall,
  stateSchema,
} from '../../src/library/model.js';
import {
  type ConcreteGenerator,
  generatorNames,
  type Observation,
  observationSchema,
  specSchema,
} from '../../src/specs/model.js';

const generator = z.enum(generatorNames).exclude(['auto']) as z.ZodType<ConcreteGenerator>;
const language = z.enum(languages);
const via = z.enum(['cli', 'mcp', 'elicited']);
const kind = z.enum(['primitive', 'skill']);

export interface VersionRow {
  readonly name: string;
  readonly version: number;
  readonly kind: string;
  readonly content_hash: string;
  readonly spec: string;
  readonly code: string;
  readonly language: string;
  readonly spec_id: string;
  readonly attempt_id: string;
  readonly generator: string;
  readonly report: string;
  readonly destructive: number;
  readonly state: string;
  readonly created_at: string;
  readonly supersedes: number | null;
}

export function versionOf(row: VersionRow): CapabilityVersion {
  return {
    ...row,
    kind: kind.parse(row.kind),
    spec: specSchema.parse(JSON.parse(row.spec)),
    language: language.parse(row.language),
    generator: generator.parse(row.generator),
    report: reportOf(row.report),
    destructive: row.destructive === 1,
    state: stateSchema.parse(row.state),
  };
}

function reportOf(text: string): GateReport {
  return gateReportSchema.parse(JSON.parse(text));
}

export interface AttemptRow {
  readonly attempt_id: string;
  readonly spec_id: string;
  readonly ordinal: number;
  readonly generator: string;
  readonly code: string;
  readonly language: string;
  readonly report: string;
  readonly capability_name: string | null;
  readonly capability_version: number | null;
  readonly created_at: string;
}

export function attemptOf(row: AttemptRow): Attempt {
  const { capability_name: name, capability_version: version, ...rest } = row;
  return {
    ...rest,
    generator: generator.parse(row.generator),
    language: language.parse(row.language),
    report: reportOf(row.report),
    capability: name === null || version === null ? null : { name, version },
  };
}

export interface ExecutionRow {
  readonly execution_id: string;
  readonly name: string;
  readonly version: number;
  readonly input: string;
  readonly observation: string | null;
  readonly error: string | null;
  readonly calls: string;
  readonly dry_run: number;
  readonly duration_ms: number;
  readonly at: string;
  readonly via: string;
}

export function executionOf(row: ExecutionRow): Execution {
  const observation: Observation | null =
    row.observation === null ? null : observationSchema.parse(JSON.parse(row.observation));
  return {
    execution_id: row.execution_id,
    name: row.name,
    version: row.version,
    input: JSON.parse(row.input) as JsonObject,
    observation,
    error: row.error,
    calls: JSON.parse(row.calls) as { name: string; args: JsonValue; result: JsonValue | null; failed: boolean }[],
    dry_run: row.dry_run === 1,
    duration_ms: row.duration_ms,
    at: row.at,
    via: via.parse(row.via),
  };
}

export interface ChangeRow {
  readonly change_id: string;
  readonly name: string;
  readonly version: number;
  readonly action: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string | null;
  readonly report: string | null;
  readonly via: string;
  readonly at: string;
}

export function changeOf(row: ChangeRow): Change {
  return {
    ...row,
    action: z.enum(changeActions).parse(row.action),
    report: row.report === null ? null : reportOf(row.report),
    via: via.parse(row.via),
  };
}

export interface PlanRow {
  readonly plan_id: string;
  readonly name: string;
  readonly version: number;
  readonly input_hash: string;
  readonly planned_calls: string;
  readonly created_at: string;
}

export function planOf(row: PlanRow): Plan {
  return { ...row, planned_calls: JSON.parse(row.planned_calls) as PlannedCall[] };
}
