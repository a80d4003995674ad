import { migration0001 } from './0001-core.js';
import { migration0002 } from './0002-evidence.js';
import { migration0003 } from './0003-scores.js';
import { migration0004 } from './0004-needs.js';
import { migration0005 } from './0005-models.js';
import { migration0006 } from './0006-specs.js';
import { migration0007 } from './0007-library.js';
import { migration0008 } from './0008-datasets.js';
import { migration0009 } from './0009-jobs.js';
import { migration0010 } from './0010-superseded-version.js';
import { migration0011 } from './0011-hidden-tries.js';
import { migration0012 } from './0012-library-life.js';
import { migration0015 } from './0015-playbooks.js';
import { migration0016 } from './0016-evidence-vectors.js';
import { migration0017 } from './0017-branches.js';
import { migration0018 } from './0018-text-index.js';
import { migration0019 } from './0019-lean-evidence.js';
import type { Migration } from './migration.js';

/** Numbered and forward-only: a released migration is never edited, a new one is added at the end. */
export const migrations: readonly Migration[] = [
  migration0001,
  migration0002,
  migration0003,
  migration0004,
  migration0005,
  migration0006,
  migration0007,
  migration0008,
  migration0009,
  migration0010,
  migration0011,
  migration0012,
  migration0015,
  migration0016,
  migration0017,
  migration0018,
  migration0019,
];
