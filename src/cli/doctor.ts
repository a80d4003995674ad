import { access, constants, mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Config } from '../config.js';
import { missingWalls, type RequirableWall, requiredByDefault } from '../gate/walls.js';
import { createGrants } from '../grants.js';
import type { Services } from '../services.js';
import type { StatusService } from '../status.js';
import { type Command, table } from './io.js';

interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

export const doctorCommand: Command = {
  summary: 'show whether everything that the server needs is there',
  usage: 'capability-foundry doctor [--json]',
  async run(context) {
    const { values } = parseArgs({ args: [...context.args], options: { json: { type: 'boolean' } } });
    const services = context.services();
    const sandboxes = await services.status.sandboxes();
    const required = services.config.file.gate?.required_isolation ?? requiredByDefault;
    const checks = await examine(services, [...sandboxes.map(sandboxCheck), requiredCheck(sandboxes, required)]);
    const told = sandboxes.map((sandbox) => wallsOf(sandbox, required));
    if (values.json)
      context.out(`${JSON.stringify({ ok: checks.every((check) => check.ok), checks, sandboxes: told })}\n`);
    else
      context.out(
        table(
          ['check', '', 'detail'],
          checks.map(({ check, ok, detail }) => [check, ok ? 'ok' : 'FAIL', detail]),
        ),
      );
    return checks.every((check) => check.ok) ? 0 : 1;
  },
};

async function attempt(check: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { check, ok: true, detail: await work() };
  } catch (error) {
    return { check, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function grantedPackages(config: Config): Promise<string> {
  const packages = config.file.grants?.packages ?? [];
  const problems = await createGrants(config).packageProblems({ net: [], packages });
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('; '));
  return packages.join(', ') || 'none';
}

type SandboxState = Awaited<ReturnType<StatusService['sandboxes']>>[number];

function sandboxCheck({ language, health }: SandboxState): Check {
  const { available, fingerprint, isolation, absent, detail } = health;
  const parts = [
    available ? fingerprint : detail.replace(/\.$/, ''),
    isolation.length > 0 && `walls: ${isolation.join(', ')}`,
    absent.length > 0 && `not up: ${absent.map(({ wall, why }) => `${wall} (${why})`).join(', ')}`,
  ];
  return { check: `sandbox ${language}`, ok: available, detail: parts.filter((part) => part !== false).join('; ') };
}

/** The same for programs. */
function wallsOf({ language, health }: SandboxState, required: readonly RequirableWall[]): Record<string, unknown> {
  const { available, fingerprint, isolation, absent } = health;
  const missing = missingWalls(required, isolation, language);
  return { language, available, fingerprint, walls: isolation, absent, required, missing };
}

function requiredCheck(sandboxes: readonly SandboxState[], required: readonly RequirableWall[]): Check {
  const missing = sandboxes.flatMap(({ language, health }) =>
    missingWalls(required, health.isolation, language).map((wall) => `${wall} (${language})`),
  );
  const asked = required.join(', ') || 'nothing';
  const detail = missing.length === 0 ? asked : `${asked}; not to be had: ${missing.join(', ')}`;
  return { check: 'required isolation', ok: missing.length === 0, detail };
}

async function examine(services: Services, sandboxChecks: readonly Check[]): Promise<Check[]> {
  const { config, store } = services;
  return [
    await attempt('node', async () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      if (major < 20 || (major === 20 && minor < 19))
        throw new Error(`${process.versions.node}; 20.19 or newer is needed`);
      return process.versions.node;
    }),
    await attempt('data folder', async () => {
      await mkdir(config.home, { recursive: true });
      await access(config.home, constants.W_OK);
      return config.home;
    }),
    await attempt('store', async () => {
      if (!store.exists()) return `${config.db} (made at first use)`;
      const status = await store.status();
      return `${status.path}, schema ${status.schema_version}, ${Math.round(status.bytes / 1024)} KiB`;
    }),
    ...sandboxChecks,
    await attempt('chat model', async () =>
      config.chatModel && config.openaiApiKey
        ? `${config.chatModel}`
        : 'none configured; induction and the calling agent need none',
    ),
    await attempt(
      'tool servers',
      async () =>
        Object.keys(config.mcpServers).join(', ') ||
        'none configured; skills can be learnt, and called once mcp_servers names them',
    ),
    await attempt('granted hosts', async () => config.file.grants?.net?.join(', ') || 'none'),
    await attempt('granted packages', async () => grantedPackages(config)),
    await attempt('may read', async () => [...config.roots, ...config.readRoots].join(', ')),
    await attempt('may write', async () => config.roots.join(', ')),
  ];
}
