/** A statement that the engine cannot break off is given up, and said: nobody waits for it, and nothing is written after it. */

import { expect, it } from 'vitest';
import { runBounded } from '../../../src/adapters/embedded/bounded.ts';
import { keepStatements, loadAsync, loadEngine } from '../../../src/adapters/embedded/engine.ts';

it('is told within seconds, while it still goes on', async () => {
  const Connection = await loadEngine();
  const connection = new Connection(':memory:');
  keepStatements(connection);
  const real = (await loadAsync())(connection);
  // As where one step of the engine takes long: nothing hears the interruption.
  const deaf = { prepare: (sql: string) => real.prepare(sql), interrupt: () => {} };
  const long = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30000000) SELECT count(*) FROM n';
  const begun = performance.now();
  const running = runBounded(connection, deaf, long, [], { milliseconds: 100 });
  await expect(running).rejects.toMatchObject({ code: 'REHEARSAL_STUCK', exitCode: 1 });
  expect(performance.now() - begun).toBeGreaterThan(2_000);
  expect(performance.now() - begun).toBeLessThan(6_000);
  real.interrupt();
});
