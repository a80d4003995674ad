import type { ImportOutput } from '../evidence/contract.js';
import { oneLine } from '../visible.js';
import { table } from './io.js';

type Inventory = NonNullable<ImportOutput['inventory']>;

const shownTools = 25;
const shownOutcomes = 15;
const needWidth = 90;

function cut(text: string, width: number): string {
  const line = oneLine(text);
  return line.length > width ? `${line.slice(0, width - 3)}...` : line;
}

function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${oneLine(name)} (${count})`)
    .join(', ');
}

function toolTable({ tools }: Inventory): string {
  if (tools.length === 0) return '';
  const rows = tools.slice(0, shownTools).map((tool) => [cut(tool.name, 60), tool.calls, tool.failures, tool.tokens]);
  const more = tools.length > shownTools ? `and ${tools.length - shownTools} more tools (--json has them)\n` : '';
  return `\n${table(['tool', 'calls', 'failures', 'tokens'], rows)}${more}`;
}

function outcomeTable({ outcomes }: Inventory): string {
  const all = Object.entries(outcomes).sort((a, b) => b[1] - a[1]);
  if (all.length === 0) return '';
  const rows = all.slice(0, shownOutcomes).map(([name, count]) => [cut(name, 60), count]);
  const more = all.length > shownOutcomes ? `and ${all.length - shownOutcomes} more outcomes (--json has them)\n` : '';
  return `\n${table(['outcome', 'times'], rows)}${more}`;
}

function needTable({ needs }: Inventory): string {
  if (needs.length === 0) return '';
  const rows = needs.map((need) => [need.times, need.runs, need.calls, need.tokens, cut(need.text, needWidth)]);
  return `\n${table(['times', 'runs', 'calls', 'tokens', 'need'], rows)}`;
}

function missingTable({ missing }: Inventory): string {
  if (missing.length === 0) return '';
  // Each says what for, then what.
  const rows = missing.map((one) => {
    const [what = '', ...rest] = one.split(': ');
    return [what, rest.join(': ')];
  });
  return `\n${table(['missing for', 'what'], rows)}`;
}

/** What an inventory says, for a person. Calls and tokens of a need are those of all its occurrences. */
export function inventoryReport(inventory: Inventory): string {
  const { usage } = inventory;
  const facts: [string, string | number][] = [
    ['files of', tally(inventory.formats) || 'no known format'],
    ['runs written by', tally(inventory.versions) || 'the logs do not say'],
    ['task ids', inventory.tasks],
  ];
  if (usage.records > 0) {
    const cost = usage.cost_usd > 0 ? `, ${usage.cost_usd.toFixed(2)} USD` : '';
    facts.push(['logged usage', `${usage.input_tokens} tokens in, ${usage.output_tokens} out${cost}`]);
  }
  return `${table(['', ''], facts)}${toolTable(inventory)}${outcomeTable(inventory)}${needTable(inventory)}${missingTable(inventory)}\nTokens of tools and needs are estimated from the text, four characters each.\nNothing was stored (dry run).\n`;
}
