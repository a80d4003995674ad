import { createGrants } from '../src/grants.js';
import type { CapabilityVersion } from '../src/library/model.js';
import type { Services } from '../src/services.js';
import { type Address, json, markdown, type Reader, type ResourceBody } from './body.js';
import { callLines, historyLines, standingLines, whyDeprecated } from './life.js';
import { readLineage } from './lineage.js';
import { cell, clean, fenceJson, inline } from './quote.js';
import { reportMarkdown } from './report.js';
import { skillUri } from './skills.js';

const indexPage = 100;

/** The library in order of name; `?after=NAME` goes on from there. */
async function index(services: Services, { uri, query }: Address): Promise<ResourceBody> {
  const after = query.get('after') ?? undefined;
  const exists = services.store.exists();
  const found = exists ? await services.store.library.list({}, indexPage + 1, after) : [];
  const shown = found.slice(0, indexPage);
  const rows = shown.map(
    (one) =>
      `| [${one.name}](${capabilityUri(one.name)}) | ${one.version} | ${one.kind} | ${one.state} | ${cell(one.spec.summary)} |`,
  );
  const last = shown.at(-1);
  const next =
    found.length > indexPage && last ? `\nMore: capability://index?after=${encodeURIComponent(last.name)}\n` : '';
  const table =
    rows.length === 0
      ? 'The library is empty.'
      : ['| capability | version | kind | state | summary |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
  return markdown(uri, `# Library\n\n${table}\n${next}`);
}

export function capabilityUri(name: string, version?: number): string {
  return version === undefined ? `capability://${name}` : `capability://${name}/${version}`;
}

function versionText({ name, version, state }: CapabilityVersion, current: number | undefined): string {
  return `[${version}](${capabilityUri(name, version)}) ${state}${version === current ? ', current' : ''}`;
}

async function card(services: Services, uri: string, capability: CapabilityVersion): Promise<ResourceBody> {
  const { name, version, spec } = capability;
  const library = services.store.library;
  const [versions, current, deprecated, standing, calls, history] = await Promise.all([
    library.versions(name),
    library.get(name),
    whyDeprecated(services, capability),
    standingLines(services, capability),
    callLines(services, capability),
    historyLines(services, name),
  ]);
  const base = capabilityUri(name, version);
  const missing = await createGrants(services.config).missing(spec.permissions);
  const text = [
    `# ${name} (version ${version})`,
    `Summary: ${inline(spec.summary, 500)}`,
    [
      `- kind: ${capability.kind}`,
      `- state: ${capability.state}`,
      ...deprecated,
      `- language: ${capability.language}`,
      `- written by: ${capability.generator}`,
      `- changes things: ${capability.destructive ? 'yes' : 'no'}`,
      ...calls,
      `- network: ${spec.permissions.net.length > 0 ? spec.permissions.net.map((host) => inline(host)).join(', ') : 'none'}`,
      ...(spec.permissions.packages?.length
        ? [`- packages: ${inline(spec.permissions.packages.join(', '), 500)}`]
        : []),
      ...(missing.length > 0 ? [`- not granted by the operator: ${inline(missing.join(', '), 500)}`] : []),
      ...standing,
      `- content: sha256 ${capability.content_hash}`,
      `- admitted: ${capability.created_at}`,
      `- versions: ${versions.map((one) => versionText(one, current?.version)).join(', ')}`,
    ].join('\n'),
    `Read more: [code](${base}/code), [spec](${base}/spec), [tests](${base}/tests), [gate report](${base}/report), [lineage](${base}/lineage), [skill](${skillUri(name)})`,
    `## Input\n\n${fenceJson(spec.input_schema, 8000)}`,
    `## Output payload\n\n${fenceJson(spec.output_schema, 8000)}`,
    `## History\n\n${history.join('\n')}`,
  ];
  return markdown(uri, text.join('\n\n'));
}

function part(uri: string, capability: CapabilityVersion, name: string): ResourceBody | undefined {
  const { spec, language } = capability;
  if (name === 'code') {
    const mimeType = language === 'python' ? 'text/x-python' : 'text/x-typescript';
    return { uri, mimeType, text: clean(capability.code) };
  }
  if (name === 'spec') return json(uri, spec);
  if (name === 'tests') return json(uri, spec.tests);
  if (name === 'report') {
    const title = `Gate report of ${capability.name} version ${capability.version}`;
    return markdown(uri, reportMarkdown(title, capability.report));
  }
  return undefined;
}

export const readCapability: Reader = async (services, address) => {
  const { uri, host, path } = address;
  if (host === 'index' && path.length === 0) return index(services, address);
  const [version, name, ...rest] = path;
  if (rest.length > 0 || (version !== undefined && !/^[1-9]\d{0,8}$/.test(version))) return undefined;
  const capability = await services.store.library.get(host, version === undefined ? undefined : Number(version));
  if (!capability) return undefined;
  if (name === undefined) return card(services, uri, capability);
  return name === 'lineage' ? readLineage(services, uri, capability) : part(uri, capability, name);
};
