import type { SpecStore } from '../../src/specs/model.js';
import type { Connection } from './connection.js';

type HiddenTries = Pick<SpecStore, 'takeHiddenTry' | 'giveBackHiddenTry'>;

/** Counts the different programs that were run over each hidden test. */
export function createHiddenTries(connection: Connection): HiddenTries {
  return {
    async takeHiddenTry({ tests, code }, limit) {
      return connection.write(() => {
        const of = connection.db.prepare(
          'SELECT count(*) AS tries, coalesce(sum(code_hash = @code), 0) AS known FROM hidden_tries WHERE test_hash = @test',
        );
        const counts = tests.map((test) => of.get({ test, code }) as { tries: number; known: number });
        const open = counts.filter(({ known }) => known === 0);
        if (open.length === 0) return 'known';
        if (open.some(({ tries }) => tries >= limit)) return 'spent';
        const insert = connection.db.prepare('INSERT OR IGNORE INTO hidden_tries (test_hash, code_hash) VALUES (?, ?)');
        for (const test of tests) insert.run(test, code);
        return 'taken';
      });
    },
    async giveBackHiddenTry({ tests, code }) {
      connection.write(() => {
        const remove = connection.db.prepare('DELETE FROM hidden_tries WHERE test_hash = ? AND code_hash = ?');
        for (const test of tests) remove.run(test, code);
      });
    },
  };
}
