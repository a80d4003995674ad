import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import * as z from 'zod';
import { FoundryError } from './errors.js';
import { redactionConfigSchema } from './evidence/redaction-config.js';
import { requirableWalls } from './gate/walls.js';
import type { LogLevel } from './log.js';
import { parseGrant } from './net/hosts.js';
import { packagesFolder } from './packages/folder.js';
import { parsePackage } from './packages/names.js';

const price = z.strictObject({ input_per_million: z.number().min(0), output_per_million: z.number().min(0) });

const serverEntry = z.union([
  z.strictObject({
    command: z.string(),
    args: z.array(z.string()).default([]),
    env: z.record(z.string(), z.string()).default({}),
    cwd: z.string().optional(),
    type: z.literal('stdio').optional(),
  }),
  z.strictObject({
    url: z.string(),
    headers: z.record(z.string(), z.string()).default({}),
    type: z.enum(['http', 'sse']).optional(),
  }),
]);
export type McpServerEntry = z.infer<typeof serverEntry>;

const hostGrant = z.string().superRefine((text, { addIssue }) => {
  const parsed = parseGrant(text);
  if (!parsed.ok) addIssue({ code: 'custom', message: `"${text}" grants no host: ${parsed.message}` });
});
const packageGrant = z.string().refine((text) => parsePackage(text) !== undefined, {
  error: 'write a package as "name" or "name@1.2.3"',
});

/** `foundry.config.json`. Unknown keys are refused. */
export const configFileSchema = z.strictObject({
  mcp_servers: z.union([z.strictObject({ import_from: z.string() }), z.record(z.string(), serverEntry)]).optional(),
  tool_aliases: z.record(z.string(), z.string()).optional(),
  models: z
    .strictObject({
      chat_model: z.string().optional(),
      embed_model: z.string().optional(),
      base_url: z.string().optional(),
      prices: z.record(z.string(), price).optional(),
      context_windows: z.record(z.string(), z.int().min(1)).optional(),
      timeout_ms: z.int().min(100).optional(),
      max_retries: z.int().min(0).max(10).optional(),
    })
    .optional(),
  gate: z
    .strictObject({
      required_isolation: z.array(z.enum(requirableWalls)).optional(),
      deno_path: z.string().refine(isAbsolute, 'an absolute path is needed').optional(),
      test_timeout_ms: z.int().min(50).max(60_000).optional(),
      memory_mb: z.int().min(64).max(8192).optional(),
      mutation_kill_rate: z.number().min(0).max(1).optional(),
      hidden_tries: z.int().min(1).max(1_000_000).optional(),
      mutants: z.int().min(0).max(1_000).optional(),
      mutation_time_ms: z.int().min(100).max(600_000).optional(),
      novelty_probes: z.int().min(2).max(1_000).optional(),
      novelty_likeness: z.number().min(0).max(1).optional(),
    })
    .optional(),
  promotion: z
    .strictObject({
      fidelity: z.number().min(0).max(1).optional(),
      outcome_quality: z.number().min(0).max(1).optional(),
      executions: z.int().min(1).optional(),
      test_pass_rate: z.number().min(0).max(1).optional(),
    })
    .optional(),
  grants: z.strictObject({ net: z.array(hostGrant).optional(), packages: z.array(packageGrant).optional() }).optional(),
  packages_dir: z.string().optional(),
  redaction: redactionConfigSchema.optional(),
  consent: z
    .strictObject({
      allow: z.array(z.string()).optional(),
      deny: z.array(z.string()).optional(),
      unlisted: z.enum(['ask', 'allow', 'deny']).optional(),
    })
    .optional(),
  publish: z.boolean().optional(),
  trust_client_outcomes: z.boolean().optional(),
  scorer_rules: z.string().optional(),
});
export type ConfigFile = z.infer<typeof configFileSchema>;

export interface Config {
  /** The data folder. */
  readonly home: string;
  readonly db: string;
  /** Folders that may be written and read. */
  readonly roots: readonly string[];
  /** Folders that may be read. */
  readonly readRoots: readonly string[];
  /** Those of them that nobody has named: there a person is asked before logs are read. */
  readonly unnamedRoots: readonly string[];
  readonly openaiApiKey: string | undefined;
  readonly openaiBaseUrl: string | undefined;
  readonly chatModel: string | undefined;
  readonly embedModel: string | undefined;
  readonly embeddings: 'local' | 'openai';
  readonly generator: 'auto' | 'agent' | 'openai' | 'induction';
  readonly budgetUsd: number | undefined;
  readonly logLevel: LogLevel;
  /** Where raw model answers are saved; nowhere when absent. */
  readonly llmDebugDir?: string;
  /** A rule file for the scorer that stands in place of the one in the file; absolute. */
  readonly scorerRules?: string;
  readonly mcpServers: Readonly<Record<string, McpServerEntry>>;
  /** The operator's folder with the node_modules that granted packages are read from. */
  readonly packagesDir: string | undefined;
  readonly file: ConfigFile;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The operating system's place for an application's data. */
export function defaultHome(env: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'capability-foundry');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'capability-foundry');
  return join(env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'capability-foundry');
}

function setup(message: string, fix: string): FoundryError {
  return new FoundryError('needs_setup', message, fix);
}

function readConfigFile(path: string, required: boolean): ConfigFile {
  if (!existsSync(path)) {
    if (required)
      throw setup(
        'The file that FOUNDRY_CONFIG names does not exist.',
        'Correct FOUNDRY_CONFIG or create the file with {}.',
      );
    return {};
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw setup(
      `foundry.config.json is not JSON: ${error instanceof Error ? error.message : 'unreadable'}.`,
      'Correct the file.',
    );
  }
  const checked = configFileSchema.safeParse(parsed);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    const where = issue?.path.join('.') || 'the top level';
    throw setup(
      `foundry.config.json is not valid at ${where}: ${issue?.message ?? 'unknown'}.`,
      'Correct that key; docs/operations.md lists them all.',
    );
  }
  return checked.data;
}

/** The servers of the configuration, or of a client's own file that it points at (`mcpServers` or `servers`). */
function readServers(file: ConfigFile, expand: (path: string) => string): Record<string, McpServerEntry> {
  const servers = file.mcp_servers;
  if (!servers) return {};
  if (!('import_from' in servers) || typeof servers['import_from'] !== 'string')
    return servers as Record<string, McpServerEntry>;
  const path = expand(servers['import_from']);
  const schema = z.looseObject({
    mcpServers: z.record(z.string(), z.unknown()).optional(),
    servers: z.record(z.string(), z.unknown()).optional(),
  });
  let parsed: z.infer<typeof schema>;
  try {
    parsed = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw setup(
      'mcp_servers.import_from names a file that cannot be read as a client configuration.',
      'Point it at a JSON file with an mcpServers key.',
    );
  }
  const known: Record<string, McpServerEntry> = {};
  for (const [name, entry] of Object.entries(parsed.mcpServers ?? parsed.servers ?? {})) {
    const checked = serverEntry.safeParse(entry);
    if (checked.success) known[name] = checked.data;
  }
  return known;
}

const generatorSetting = z.enum(['auto', 'agent', 'openai', 'induction']);

/** Builds the configuration: defaults < foundry.config.json < environment < overrides (flags). */
export function loadConfig(
  env: Environment = process.env,
  overrides: Partial<Config> = {},
  system: { cwd: string; home: string; platform: NodeJS.Platform } = {
    cwd: process.cwd(),
    home: homedir(),
    platform: process.platform,
  },
): Config {
  const expand = (path: string): string => {
    const full =
      path === '~' || path.startsWith('~/') || path.startsWith('~\\') ? join(system.home, path.slice(1)) : path;
    return isAbsolute(full) ? full : resolve(system.cwd, full);
  };
  const list = (text: string | undefined): string[] | undefined =>
    text
      ?.split(system.platform === 'win32' ? ';' : ':')
      .filter((part) => part !== '')
      .map(expand);

  const home = overrides.home ?? expand(env['FOUNDRY_HOME'] ?? defaultHome(env, system.platform, system.home));
  const file = readConfigFile(
    expand(env['FOUNDRY_CONFIG'] ?? join(home, 'foundry.config.json')),
    env['FOUNDRY_CONFIG'] !== undefined,
  );

  const roots = list(env['FOUNDRY_ROOTS']) ?? [home];
  if (roots.some((root) => resolve(root) === resolve('/'))) {
    throw setup(
      'FOUNDRY_ROOTS may not contain the root of the file system.',
      'Name the folders that may be written instead.',
    );
  }
  const cwdIsHarmless = resolve(system.cwd) !== resolve('/') && resolve(system.cwd) !== resolve(system.home);
  const named = list(env['FOUNDRY_READ_ROOTS']);
  const agentLogs = [expand(env['CLAUDE_CONFIG_DIR'] ?? '~/.claude'), expand(env['CODEX_HOME'] ?? '~/.codex')];
  const readRoots = named ?? [...agentLogs, ...(cwdIsHarmless ? [resolve(system.cwd)] : [])];

  const generator = generatorSetting.safeParse(env['FOUNDRY_GENERATOR'] ?? 'auto');
  if (!generator.success) throw setup('FOUNDRY_GENERATOR is not a generator.', 'Use auto, agent, openai or induction.');
  const embeddings = z.enum(['local', 'openai']).safeParse(env['FOUNDRY_EMBEDDINGS'] ?? 'local');
  if (!embeddings.success) throw setup('FOUNDRY_EMBEDDINGS is neither local nor openai.', 'Use one of the two.');
  const level = z.enum(['debug', 'info', 'warn', 'error', 'silent']).safeParse(env['FOUNDRY_LOG'] ?? 'warn');
  if (!level.success) throw setup('FOUNDRY_LOG is not a level.', 'Use debug, info, warn, error or silent.');
  const budget = env['FOUNDRY_BUDGET_USD'] === undefined ? undefined : Number(env['FOUNDRY_BUDGET_USD']);
  if (budget !== undefined && !(budget >= 0))
    throw setup('FOUNDRY_BUDGET_USD is not a number.', 'Give dollars, for example 2.50.');

  return {
    home,
    db: expand(env['FOUNDRY_DB'] ?? join(home, 'foundry.db')),
    roots: [...new Set([...roots, home])],
    readRoots,
    unnamedRoots: named ? [] : agentLogs,
    openaiApiKey: env['OPENAI_API_KEY'] || undefined,
    openaiBaseUrl: env['OPENAI_BASE_URL'] || file.models?.base_url,
    chatModel: env['FOUNDRY_CHAT_MODEL'] || file.models?.chat_model,
    embedModel: env['FOUNDRY_EMBED_MODEL'] || file.models?.embed_model,
    embeddings: embeddings.data,
    generator: generator.data,
    budgetUsd: budget,
    logLevel: level.data,
    mcpServers: readServers(file, expand),
    packagesDir: packagesFolder((overrides.file ?? file).packages_dir, {
      home: system.home,
      writable: [...(overrides.roots ?? roots), home],
    }),
    file,
    ...overrides,
  };
}
