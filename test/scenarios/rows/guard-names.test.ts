/** What a guard found comes back in the error message of a database: whatever a table is called, it is told as it is. */

import { expect, it } from 'vitest';
import { guardRows, parseGuardFailure } from '../../../src/apply/guards.ts';
import { type Loss, parseLossKey, wordLoss } from '../../../src/findings/loss.ts';
import { quoteIdentifier } from '../../../src/sql/identifiers.ts';
import { hardNames, impossibleNames } from '../../findings/losses.ts';
import { withDatabase } from '../../support/database.ts';
import { describeTargets, type TestTarget } from '../../support/targets.ts';
import { begin, nameOf, type Story } from './cases.ts';
import { applyWhile } from './meanwhile.ts';

function storyOf(table: string): Story & { readonly meanwhile: string } {
  const quoted = quoteIdentifier(table);
  return {
    title: 'a table that is empty when the plan is made',
    schema: `CREATE TABLE ${quoted} ("text" TEXT);`,
    rows: {},
    pending: [`DROP TABLE ${quoted};`],
    meanwhile: `INSERT INTO ${quoted} VALUES ('one')`,
  };
}

/** What the database says of a guard that does not hold. */
async function readFailure(target: TestTarget, loss: Loss) {
  const guard = guardRows({ code: 'data-loss', holds: '0', loss });
  const outcome = await withDatabase(target.url, (database) => database.execute([guard], {}));
  const reply = outcome.type === 'ran' ? outcome.replies[0] : undefined;
  return parseGuardFailure(reply?.type === 'error' ? reply.message : '');
}

describeTargets('what a guard found', (fresh) => {
  it.concurrent.each(hardNames)('is told of a table whose name has %s', async (_, table) => {
    const story = storyOf(table);
    const target = await begin(await fresh(), story);
    const { result } = await applyWhile(target, story, []);
    expect([result.outcome, result.error?.code]).toEqual(['failed', 'PLAN_STALE']);
    const said = `rows in ${quoteIdentifier(table)} that its plan did not show`;
    expect(result.error?.message.startsWith(`${nameOf(0)} would delete ${said}. It was rolled back;`)).toBe(true);
    expect(result.failed?.message === `it would delete ${said}`).toBe(true);
  });

  it.concurrent.each([...hardNames, ...impossibleNames])('comes back whole with %s', async (_, name) => {
    const loss: Loss = { kind: 'rows-of-trigger', table: name, trigger: name };
    const failure = await readFailure(await fresh(), loss);
    expect(failure?.code).toBe('data-loss');
    const read = parseLossKey(failure?.detail ?? '');
    expect(read !== null && wordLoss(read) === wordLoss(loss)).toBe(true);
  });
});
