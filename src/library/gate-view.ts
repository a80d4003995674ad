import { FoundryError } from '../errors.js';
import type { GateLibrary, KnownCapability } from '../gate/gate-library.js';
import type { LibraryDeps } from './deps.js';
import type { CapabilityVersion } from './model.js';
import { createSearchIndex } from './search-index.js';
import { embeddingTextOf } from './search-text.js';

function knownOf({ name, version, spec, code, language }: CapabilityVersion): KnownCapability {
  return { name, version, spec, code, language };
}

function fingerprintIn({ report }: CapabilityVersion): string | null {
  const fingerprint = report.stages.find(({ stage }) => stage === 'novelty')?.evidence['fingerprint'];
  return typeof fingerprint === 'string' ? fingerprint : null;
}

/** The library as the gate sees it: current versions that are not deprecated. */
export function createGateLibrary({
  store,
  embedder,
  log,
}: Pick<LibraryDeps, 'store' | 'embedder' | 'log'>): GateLibrary {
  const { library } = store;
  const index = createSearchIndex({ store, embedder });
  const fingerprints = new Map<string, string | null>();

  async function current(name: string): Promise<CapabilityVersion | undefined> {
    const found = await library.get(name);
    return found?.state === 'deprecated' ? undefined : found;
  }

  async function nearest(text: string, limit: number, signal: AbortSignal) {
    if ((await library.count({})) === 0) return [];
    try {
      return (await index.nearest(text, signal)).slice(0, limit);
    } catch (error) {
      if (!(error instanceof FoundryError) || error.code === 'cancelled') throw error;
      log.warn('gate.likeness_by_words', { code: error.code, message: error.message });
      // Ranks of a full-text search are no likeness: they tell whom to compare with, not how alike.
      return (await library.searchText(text, limit)).map(({ name }) => ({ name, score: 0 }));
    }
  }

  return {
    async find(name) {
      const found = await current(name);
      return found && knownOf(found);
    },
    async alike(spec, limit, signal) {
      const found = [];
      for (const { name, score } of await nearest(embeddingTextOf(spec), limit + 1, signal)) {
        const capability = await current(name);
        if (capability) found.push({ capability: knownOf(capability), likeness: score });
      }
      return found;
    },
    async withFingerprint(fingerprint) {
      const names: string[] = [];
      for (const { name, version, state } of await library.textHashes()) {
        if (state === 'deprecated') continue;
        // The report of a version never changes; its state does.
        const key = `${name}@${version}`;
        if (!fingerprints.has(key)) {
          const found = await library.get(name, version);
          fingerprints.set(key, found ? fingerprintIn(found) : null);
        }
        if (fingerprints.get(key) === fingerprint) names.push(name);
      }
      return names;
    },
  };
}
