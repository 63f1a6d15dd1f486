import { expect, it } from 'vitest';
import type { WayEdit } from '../../src/findings/way.ts';
import { type AnalysedMigration, analyseMigration } from '../../src/plan/analyse.ts';
import { mendMigration } from '../../src/plan/mended.ts';

const analyse = (sql: string) =>
  analyseMigration({ name: '2_next', path: '', sql, checksum: '', alternativeChecksums: [], consents: [] });
const read = (mended: AnalysedMigration | null) => mended?.statements.map(({ sql }) => sql) ?? null;

const file = 'CREATE TABLE "A" ("id");\nINSERT INTO "A" VALUES (1);\nDROP TABLE "B";';
const mend = (sql: string, edit: WayEdit, line = 2) => {
  const analysed = analyse(sql);
  const statement = analysed.statements.find((each) => each.line === line);
  const place = { migration: '2_next', line, sql: statement?.sql ?? null };
  return read(mendMigration(analysed, [{ place, edits: [edit] }]));
};
const [create, insert, drop] = read(analyse(file)) ?? [];

it.each([
  [{ at: 'first', sql: 'SELECT 1; -- one\nSELECT 2;' }, ['SELECT 1', 'SELECT 2', create, insert, drop]],
  [{ at: 'before', sql: 'SELECT 1' }, [create, 'SELECT 1', insert, drop]],
  [{ at: 'instead', sql: 'SELECT 1' }, [create, 'SELECT 1', drop]],
  [{ at: 'last', sql: 'SELECT 1 -- last' }, [create, insert, drop, 'SELECT 1']],
  [{ at: 'alone', sql: 'SELECT 1' }, ['SELECT 1']],
  [{ at: 'before-drop', table: 'b', sql: 'SELECT 1' }, [create, insert, 'SELECT 1', drop]],
  [{ at: 'copy', into: 'a', sql: 'SELECT 1' }, [create, 'SELECT 1', drop]],
  [{ at: 'rename', table: 'B', column: null, to: 'A', sql: 'SELECT 1' }, ['SELECT 1', insert]],
] as const)('puts SQL where it belongs: %o', (edit, statements) => {
  expect(mend(file, edit)).toEqual(statements);
});

it('takes a whole rebuild out for the rename of a column, or what drops and adds it', () => {
  const edit = { at: 'rename', table: 'T', column: 'a', to: 'b', sql: 'SELECT 1' } as const;
  const rebuild =
    'CREATE TABLE "new_T" ("b");\nINSERT INTO "new_T" SELECT NULL FROM "T";\nDROP TABLE "T";\nALTER TABLE "new_T" RENAME TO "T";\nSELECT 2;';
  expect(mend(rebuild, edit)).toEqual(['SELECT 1', 'SELECT 2']);
  const aside =
    'ALTER TABLE "T" RENAME TO "U";\nCREATE TABLE "T" ("b");\nINSERT INTO "T" SELECT NULL FROM "U";\nDROP TABLE "U";\nSELECT 2;';
  expect(mend(aside, edit)).toEqual(['SELECT 1', 'SELECT 2']);
  expect(mend('ALTER TABLE "T" DROP COLUMN "a";\nSELECT 2;\nALTER TABLE "T" ADD COLUMN "b";', edit)).toEqual([
    'SELECT 1',
    'SELECT 2',
  ]);
});

it('has no place for SQL about a statement that is not there', () => {
  expect(mend(file, { at: 'before', sql: 'SELECT 1' }, 7)).toBeNull();
  expect(mend(file, { at: 'before-drop', table: 'C', sql: 'SELECT 1' })).toBeNull();
  expect(mend(file, { at: 'rename', table: 'T', column: 'a', to: 'b', sql: 'SELECT 1' })).toBeNull();
  expect(mend(`${file}\nINSERT INTO "A" VALUES (2);`, { at: 'copy', into: 'A', sql: 'SELECT 1' })).toBeNull();
});
