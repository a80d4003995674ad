import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createDesk } from './data.js';
import { DeskError, deskTools } from './tools.js';

// The help desk as an MCP server over stdio: `node server.js [seed] [tickets]`. Its data live in memory.
const [seed = '7', tickets = '300'] = process.argv.slice(2);
const desk = createDesk(Number(seed), Number(tickets));

serveStdio(() => {
  const server = new McpServer({ name: 'helpdesk', version: '1.0.0' }, { capabilities: { tools: {} } });
  for (const tool of deskTools) {
    server.registerTool(
      tool.name,
      {
        title: tool.name,
        description: tool.description,
        inputSchema: tool.input,
        annotations: {
          readOnlyHint: tool.readOnly,
          destructiveHint: !tool.readOnly,
          idempotentHint: tool.readOnly,
          openWorldHint: false,
        },
      },
      async (args: Record<string, unknown>) => {
        try {
          const result = tool.run(desk, args);
          return { content: [{ type: 'text' as const, text: JSON.stringify(result) }], structuredContent: result };
        } catch (error) {
          if (!(error instanceof DeskError)) throw error;
          return { isError: true, content: [{ type: 'text' as const, text: error.message }] };
        }
      },
    );
  }
  return server;
});
process.stdin.once('end', () => process.exit(0));
process.stdin.once('close', () => process.exit(0));
