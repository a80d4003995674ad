import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { recordHelpdesk } from '../../examples/helpdesk/record.js';
import { FoundryError } from '../errors.js';
import { type Places, runJob } from './demo-job.js';
import { demoPage } from './demo-page.js';
import { type Command, endProgress, wholeNumber } from './io.js';

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
    const { runs, succeeded } = recorded;
    if (values.json) context.out(`${JSON.stringify({ recorded: { runs, succeeded }, ...report })}\n`);
    else context.out(demoPage(report, recorded, places));
    return report.admitted.length > 0 && report.call !== null ? 0 : 1;
  },
};

const helpdeskServer = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples', 'helpdesk', 'server.js');

/** Stands in a folder that the demo made: only such a folder is emptied. */
const marker = 'made-by-capability-foundry-demo.txt';

async function ownFolder(out: string): Promise<void> {
  const entries: string[] = await readdir(out).catch(() => []);
  if (entries.length > 0 && !entries.includes(marker)) {
    throw new FoundryError(
      'conflict',
      `${out} holds files that the demo did not make.`,
      'Name an empty or a new folder with --out.',
    );
  }
  await mkdir(out, { recursive: true });
  await writeFile(
    join(out, marker),
    'capability-foundry demo makes logs, home, skills and dataset in this folder anew each time.\n',
  );
}

/** Makes the demo's own folders anew and configures the live help desk; the user's data folder is not touched. */
async function prepare({ out, logs, home }: Places, seed: number, tickets: number): Promise<void> {
  await ownFolder(out);
  for (const made of [logs, home, join(out, 'skills'), join(out, 'dataset')]) {
    await rm(made, { recursive: true, force: true });
  }
  await mkdir(home, { recursive: true });
  const helpdesk = { command: process.execPath, args: [helpdeskServer, String(seed), String(tickets)] };
  await writeFile(join(home, 'foundry.config.json'), `${JSON.stringify({ mcp_servers: { helpdesk } }, null, 2)}\n`);
}
