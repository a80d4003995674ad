import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { loadConfig } from '../src/config.js';
import { createServerFactory } from '../src/server.js';
import { createServices } from '../src/services.js';

/** The tool list as a client gets it from the server in this process. Nothing is opened for it. */
export async function listTools() {
  const services = createServices(loadConfig({ FOUNDRY_HOME: '/nowhere' }), { jobs: 'inline' });
  const server = createServerFactory(services)();
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'docs', version: '1' });
  await server.connect(far);
  await client.connect(near);
  const { tools } = await client.listTools();
  await client.close();
  await services.close();
  return tools;
}
