/** The cases again, with no row fetched (`ROWS=none`): what a plan still tells of them. It is printed, and nothing fails. */

import { appendFileSync, mkdirSync } from 'node:fs';
import { afterAll } from 'vitest';
import { type Plan, plan } from '../../../src/index.ts';
import { groupBy } from '../../../src/text/group.ts';
import type { TestTarget } from '../../support/targets.ts';
import { type Case, describeFindings, migrationsOf } from './cases.ts';
import { findAll, nameOf } from './planned.ts';

/**
 * - `told`: what it tells with rows; the count is not compared
 * - `otherwise`: another blocker or hazard, or one where there is none with rows
 * - `not-checked`: no more than the note that says so
 * - `silent`: nothing
 */
type End = 'told' | 'otherwise' | 'not-checked' | 'silent';

export const isWithoutRows = process.env.ROWS === 'none';

const folder = '.tmp/rows-none';

/** Counts the ends of a table of cases. @returns what looks at one of them. */
export function countEnds(name: string): (target: TestTarget, told: Case) => Promise<void> {
  const ends: End[] = [];
  afterAll(() => {
    const total = [...groupBy(ends, (end) => end)].map(([end, { length }]) => `${length} ${end}`);
    console.log(`${name}: ${total.join(', ')}`);
  });
  return async (target, told) => {
    const { plan: planned } = await plan({ url: target.url, migrations: migrationsOf(told), rows: 0 });
    const end = findEnd(planned, told);
    ends.push(end);
    mkdirSync(folder, { recursive: true });
    appendFileSync(`${folder}/ends.txt`, `${end}\t${told.tells} ${told.code}\t${name}: ${told.title}\n`);
  };
}

function findEnd(planned: Plan, told: Case): End {
  const all = findAll(planned);
  const asks = all.some(({ kind }) => kind !== 'note');
  const isNoted = all.some(({ code }) => code === 'not-checked');
  if (told.tells === 'nothing') {
    const found = describeFindings(planned, told.code).length > 0;
    if (found) return 'otherwise';
    return isNoted ? 'not-checked' : 'told';
  }
  const place = nameOf(told.of ?? told.pending.length - 1);
  if (describeFindings(planned, told.code, told.about).includes(`${told.tells} ${told.code} of ${place}`))
    return 'told';
  if (asks && told.tells !== 'note') return 'otherwise';
  return isNoted ? 'not-checked' : 'silent';
}
