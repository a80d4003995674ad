import type { Language } from '../gate/model.js';
import { fetchName, readFetchArgs } from '../net/fetch-call.js';
import { declares, parseHost, targetOf } from '../net/hosts.js';
import { fetchResultSchema } from '../net/model.js';
import { parsePackage } from '../packages/names.js';
import type { RecordedAnswer, Spec, SpecIssue } from './model.js';

/** `fetch` among calls is ctx.fetch, so nothing that can be called may be named so. */
export function reservedIssues({ name, dependencies }: Spec): SpecIssue[] {
  const issue = (path: string, fix: string): SpecIssue => ({
    code: 'reserved_name',
    path,
    message: `"${fetchName}" is the name of ctx.fetch among calls. ${fix}`,
  });
  const own = name === fetchName ? [issue('name', 'Choose another name, such as fetch_page.')] : [];
  const called = (['tools', 'capabilities'] as const).flatMap((key) =>
    dependencies[key].flatMap((dependency, at) =>
      dependency === fetchName
        ? [issue(`dependencies.${key}[${at}]`, 'Name a tool with its server, as in "web.fetch".')]
        : [],
    ),
  );
  return [...own, ...called];
}

function packageIssues(packages: readonly string[], language: Language | undefined): SpecIssue[] {
  const path = 'permissions.packages';
  if (language === 'python' && packages.length > 0) {
    const message =
      'Code in Python imports the standard library and nothing else. Leave packages out, or write the code in TypeScript.';
    return [{ code: 'packages_not_for_python', path, message }];
  }
  const seen = new Set<string>();
  return packages.flatMap((text, at): SpecIssue[] => {
    const name = parsePackage(text)?.name;
    const here = `${path}[${at}]`;
    if (name === undefined) {
      const message = `"${text}" is no package. Write its name, "name" or "@scope/name", with an exact version if it must be: "name@1.2.3".`;
      return [{ code: 'bad_package', path: here, message }];
    }
    if (seen.has(name)) return [{ code: 'bad_package', path: here, message: `"${name}" is listed twice. Keep one.` }];
    seen.add(name);
    return [];
  });
}

/** What is wrong with what a spec asks for beyond its input. */
export function permissionIssues({ permissions }: Spec, language: Language | undefined): SpecIssue[] {
  const hosts = permissions.net.flatMap((text, at): SpecIssue[] => {
    const parsed = parseHost(text);
    if (parsed.ok) return [];
    const message = `"${text}" declares no host: ${parsed.message}.`;
    return [{ code: 'bad_host', path: `permissions.net[${at}]`, message }];
  });
  return [...hosts, ...packageIssues(permissions.packages ?? [], language)];
}

/** What is wrong with a recorded fetch: what could never be fetched, of a host that is not declared, or no answer. */
export function fetchIssues({ permissions }: Spec, call: RecordedAnswer, path: string): SpecIssue[] {
  const bad = (message: string, at = path): SpecIssue[] => [{ code: 'bad_fetch', path: at, message }];
  const read = readFetchArgs(call.args);
  if (!read.ok) return bad(`${read.message} Record the call as the code makes it.`, `${path}.args`);
  const target = targetOf(new URL(read.call.url));
  const declared = permissions.net.some((text) => {
    const parsed = parseHost(text);
    return parsed.ok && declares(parsed.host, target);
  });
  if (!declared) {
    const { host } = new URL(read.call.url);
    const message = `The spec does not declare the host "${host}". Add it to permissions.net, or drop the call.`;
    return [{ code: 'undeclared_host', path: `${path}.args.url`, message }];
  }
  if (call.error !== undefined) return [];
  if (fetchResultSchema.safeParse(call.result).success) return [];
  return bad(
    'The answer to a fetch is { "status": 200, "headers": {}, "body": "text" }; give that as "result", or "error".',
  );
}
