import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { listAll } from './live-lists.js';

/** Prints what the tool list costs a model, in o200k tokens, as a host serializes it. */
const { tools } = await listAll();
const rows = tools.map((tool) => ({ tool: tool.name, tokens: countTokens(JSON.stringify(tool)) }));
for (const { tool, tokens } of rows) process.stdout.write(`${tool.padEnd(26)}${String(tokens).padStart(6)}\n`);
process.stdout.write(`${'the whole list'.padEnd(26)}${String(countTokens(JSON.stringify(tools))).padStart(6)}\n`);
