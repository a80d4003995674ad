import { access, constants, mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Config } from '../config.js';
import { createGrants } from '../grants.js';
import type { Services } from '../services.js';
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
    const checks = await examine(context.services());
    if (values.json) context.out(`${JSON.stringify({ ok: checks.every((check) => check.ok), checks })}\n`);
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

async function sandboxChecks({ status }: Services): Promise<Check[]> {
  return (await status.sandboxes()).map(({ language, health }) => ({
    check: `sandbox ${language}`,
    ok: health.available,
    detail: health.available ? `${health.fingerprint}; walls: ${health.isolation.join(', ')}` : health.detail,
  }));
}

async function examine(services: Services): Promise<Check[]> {
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
    ...(await sandboxChecks(services)),
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
