import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { loadConfig } from '../src/config.js';
import { createServerFactory } from '../src/server.js';
import { createServices } from '../src/services.js';

/** The lists as a client gets them from the server in this process. No store is opened or made for it. */
export async function listAll() {
  const services = createServices(loadConfig({ FOUNDRY_HOME: '/nonexistent' }), { jobs: 'inline' });
  const server = createServerFactory(services)();
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'docs', version: '1' });
  await server.connect(far);
  await client.connect(near);
  const { tools } = await client.listTools();
  const { prompts } = await client.listPrompts();
  const { resourceTemplates: templates } = await client.listResourceTemplates();
  await client.close();
  await services.close();
  return { tools, prompts, templates };
}
