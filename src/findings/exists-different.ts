/** `exists-different`: the object that a statement creates already exists, and is different. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { command, say } from '../text/prose.ts';
import { defineFinding, type Found } from './finding.ts';
import { tryable, wayOf } from './way.ts';

export interface ExistsDifferentArgs {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  /** The column that would be added; null if the statement creates an object. */
  readonly column: string | null;
  /** The SQL of the existing object; null for one that SQLite creates itself. */
  readonly existing: string | null;
  /** The migration of the plan that creates it; null if production has it. */
  readonly madeBy: string | null;
}

type ExistsDifferent = Found<'exists-different', 'blocker' | 'hazard', ExistsDifferentArgs>;

export const existsDifferent = defineFinding({
  code: 'exists-different',
  // A hazard if `IF NOT EXISTS` leaves the existing one unchanged.
  kinds: ['blocker', 'hazard'],
  title: {
    blocker: 'what it would create already exists, and is different',
    hazard: '`IF NOT EXISTS` would keep a different object',
  },
  look: { shows: 'sides' },
  say: (found: ExistsDifferent) => {
    const { kind, place, args } = found;
    const what = args.column === null ? args.name : `${args.name}.${args.column}`;
    if (kind === 'hazard') {
      return say`${what} already exists and differs from what the file says. Because of IF NOT EXISTS the statement would not change it.`;
    }
    const differs = `${what} already exists and differs from what the file would create.`;
    return args.madeBy === null
      ? say`${differs} If production already has the whole migration: ${command('backfill', [place.migration ?? ''])}.`
      : say`${differs} It is ${describeMaker(found)}.`;
  },
  why: ({ kind }) =>
    kind === 'hazard'
      ? 'Later statements and the application may rely on what the file says, and find something else.'
      : 'The statement fails, because the name is taken. If it were skipped, the migration would count as applied without what it says.',
  // Dropping an index, a view or a trigger loses nothing; a table or a column takes its rows or values with it.
  way: ({ place, args: { type, name, madeBy } }) => {
    if (type === 'table') return null;
    const which = madeBy === null ? "production's" : 'the existing one';
    const sql = `DROP ${type.toUpperCase()} ${quoteIdentifier(name)};\n${place.sql};`;
    return wayOf([tryable(`-- in the same file, if ${which} is the wrong one:`, [{ at: 'instead', sql }])]);
  },
  next: ({ place: { migration }, args }, mend) =>
    migration === null || args.madeBy !== null
      ? null
      : say`${mend}; or, if production has all of it already: ${command('backfill', [migration])}`,
  shown: (found) => [
    `${describeMaker(found)}: ${found.args.existing ?? '(created by SQLite itself)'}`,
    `in the file:   ${found.place.sql}`,
  ],
});

function describeMaker({ place, args: { madeBy } }: ExistsDifferent): string {
  if (madeBy === null) return 'in production';
  return madeBy === place.migration ? 'made above' : `made by ${madeBy} before it`;
}
