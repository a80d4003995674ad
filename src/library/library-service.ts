import { randomBytes } from 'node:crypto';
import { createCleaner } from '../evidence/clean.js';
import { createGrants } from '../grants.js';
import { createFetcher } from '../net/fetcher.js';
import { receipted } from '../receipts/receipted.js';
import { admit } from './admission.js';
import type { LibraryDeps } from './deps.js';
import { callCapability, findVersion } from './execution.js';
import { ofManagement, ofRegate } from './library-receipts.js';
import { manage, takesLong } from './manage.js';
import { createExecutionRedactor } from './redact-execution.js';
import { regate, regateCallers } from './regate-many.js';
import type { RunDeps } from './run.js';
import { rank, search } from './search.js';
import { createSearchIndex } from './search-index.js';
import type { LibraryService } from './service.js';
import { skillFilesOf } from './skill-files.js';

export type { LibraryDeps } from './deps.js';

const indexMs = 20_000;

/** The library: what the gate admitted, found by search, run in the sandbox, and kept in order. */
export function createLibraryService(deps: LibraryDeps): LibraryService {
  const index = createSearchIndex(deps);
  const clean = createCleaner(deps.config.file.redaction);
  const running: RunDeps = {
    ...deps,
    random: deps.random ?? (() => randomBytes(16).toString('hex')),
    fetcher: deps.fetcher ?? createFetcher(),
    grants: createGrants(deps.config),
    redact: createExecutionRedactor(deps.config.file.redaction),
  };
  return {
    async admit(admission) {
      const admitted = await admit(deps, admission);
      try {
        await index.refresh(AbortSignal.timeout(indexMs));
      } catch (error) {
        // It is in the library all the same; the next search embeds it.
        deps.log.warn('capability_not_embedded', { name: admitted.name, ref: deps.log.report(error, 'admit') });
      }
      return admitted;
    },
    search: (input) => search(deps, index, input),
    call: (input, context, confirm) => callCapability(running, input, { context, confirm }),
    async manage(input, context) {
      const reason = input.reason === undefined ? undefined : (await clean(input.reason)).value;
      const work = () => manage(deps, { ...input, reason }, context);
      return receipted(deps, { ...ofManagement(deps.roots, input, context), work });
    },
    takesLong: (input) => takesLong(deps, input),
    async regate(request, context) {
      const reason = request.reason === undefined ? undefined : (await clean(request.reason)).value;
      const work = () => regate(deps, { ...request, reason }, context);
      return receipted(deps, { ...ofRegate(request, context), work });
    },
    regateCallers: (name, context) => regateCallers(deps, name, context),
    async related(text, limit) {
      const { ranked } = await rank(deps, index, text);
      const found: { name: string; summary: string }[] = [];
      for (const { name } of ranked) {
        if (found.length >= limit) break;
        const capability = await deps.store.library.get(name);
        if (capability && capability.state !== 'deprecated') found.push({ name, summary: capability.spec.summary });
      }
      return found;
    },
    async skillFiles(name, version) {
      return skillFilesOf(await findVersion(deps, name, version));
    },
  };
}
