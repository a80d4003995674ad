// A server of the 2025 era that ends at the first message that is not `initialize`, as some older ones do.
import { appendFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

if (process.env.STRICT_PID_FILE) appendFileSync(process.env.STRICT_PID_FILE, `${process.pid}\n`);
process.stdin.once('data', (chunk) => {
  if (!chunk.toString('utf8').includes('"initialize"')) process.exit(1);
});
process.stdin.once('end', () => process.exit(0));
const server = new McpServer({ name: 'strict', version: '1.0.0' });
server.tool('hello', async () => ({ content: [{ type: 'text', text: '"hi"' }] }));
await server.connect(new StdioServerTransport());
