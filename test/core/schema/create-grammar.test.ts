/** SQLite's own grammar of CREATE TABLE: what it takes is taken apart, into what SQLite itself says of the table. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeyColumn } from '../../../src/core/schema/build-constraint.ts';
import { isRequiredByKey } from '../../../src/core/schema/compare-table.ts';
import { parseTableStructure } from '../../../src/core/schema/parse-structure.ts';
import type { TableStructure } from '../../../src/core/schema/structure.ts';
import { foldName } from '../../../src/core/sql/identifiers.ts';
import { EngineError, type Value } from '../../../src/ports.ts';
import { askStored } from './stored.ts';

const stored = `SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 't'`;
const columns = `SELECT name, type, "notnull", pk > 0, hidden FROM pragma_table_xinfo('t') ORDER BY cid`;
const primaryKey = `SELECT name FROM pragma_table_info('t') WHERE pk > 0 ORDER BY pk`;
const uniques = `SELECT i.name, x.name, lower(x.coll), x.desc FROM pragma_index_list('t') AS i, pragma_index_xinfo(i.name) AS x
  WHERE i.origin = 'u' AND x.key ORDER BY i.seq, x.seqno`;
const foreignKeys = `SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list('t') ORDER BY id DESC, seq`;

/** null where SQLite refuses it. */
async function ask(sql: string) {
  try {
    return await askStored([sql], [stored, columns, primaryKey, uniques, foreignKeys]);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

type Rows = readonly (readonly Value[])[];

function expectAgreement(structure: TableStructure | null, told: readonly Rows[], sql: string) {
  const [, columnRows = [], keyRows = [], uniqueRows = [], foreignRows = []] = told;
  expect(structure, sql).not.toBeNull();
  if (structure === null) return;
  const { primaryKey: key } = structure;
  const keyed = key?.columns.map((column) => parseKeyColumn(column).name) ?? [];
  expect(
    structure.columns.map(({ name, type, notNull, generated }) => {
      const isRequired = notNull || isRequiredByKey(structure, foldName(name));
      const hidden = generated === null ? 0 : generated.storage === 'virtual' ? 2 : 3;
      return [name, compact(type), isRequired, keyed.includes(foldName(name)), hidden];
    }),
    sql,
  ).toEqual(
    columnRows.map(([name, type, notNull, pk, hidden]) => [
      name,
      compact(String(type)),
      notNull === 1,
      pk === 1,
      hidden,
    ]),
  );
  expect([...new Set(keyed)], sql).toEqual(keyRows.map(([name]) => foldName(String(name))));
  // Of two that say the same, SQLite makes one index; and none beside a primary key that says so already.
  const known = new Set(
    structure.uniques.map(({ columns: list }) => list.map((column) => parseKeyColumn(column).name).join()),
  );
  const found = new Set(
    [...new Set(uniqueRows.map(([index]) => index))].map((index) =>
      uniqueRows.flatMap(([name, column]) => (name === index ? [foldName(String(column))] : [])).join(),
    ),
  );
  expect(
    [...found].filter((list) => !known.has(list)),
    sql,
  ).toEqual([]);
  expect(
    [...known].filter((list) => !found.has(list) && !keyed.join().startsWith(list) && !list.startsWith(keyed.join()))
      .length,
    sql,
  ).toBe(0);
  expect(
    structure.foreignKeys.flatMap(({ columns: from, references, referencedColumns, onUpdate, onDelete }) =>
      from.map((column, index) => [references, column, referencedColumns[index] ?? null, onUpdate, onDelete]),
    ),
    sql,
  ).toEqual(
    foreignRows.map(([, table, from, to, onUpdate, onDelete]) => [
      table,
      foldName(String(from)),
      to === null ? null : foldName(String(to)),
      String(onUpdate).toLowerCase(),
      String(onDelete).toLowerCase(),
    ]),
  );
}

/** Blanks and quotes within a type stay as they are written in SQLite's answer; and of a long one it cuts ALWAYS off. */
function compact(type: string): string {
  return foldName(type)
    .replace(/\/\*.*?\*\/|--.*/g, '')
    .replace(/["'`\s]/g, '')
    .replace(/(?:(?:generated)?always)+$/, '');
}

describe('a table that SQLite takes is taken apart', () => {
  it.each([
    'a DATETIME CURRENT_TIMESTAMP, b INT true, c TEXT false NOT NULL',
    'a INT CONSTRAINT x, b INT CONSTRAINT y CONSTRAINT z NOT NULL, c CONSTRAINT w',
    'a INT CONSTRAINT x DEFAULT 5 CONSTRAINT y, CONSTRAINT z',
    'a DEFERRABLE, b NOT DEFERRABLE INITIALLY DEFERRED, c INT NOT NULL DEFERRABLE INITIALLY IMMEDIATE UNIQUE',
    'a REFERENCES p NOT NULL, b INT DEFERRABLE INITIALLY DEFERRED',
    'a, b, UNIQUE((a)), UNIQUE (((b)) COLLATE nocase DESC, (a COLLATE rtrim))',
    'a INTEGER, PRIMARY KEY ((a))',
    'a, b, PRIMARY KEY ((a) COLLATE nocase, b) ON CONFLICT FAIL CHECK (a > b) CONSTRAINT y',
    'true, current_date INT, UNIQUE (true), FOREIGN KEY (current_date) REFERENCES p (current_time)',
    `"a" "two words" three, 'b' VARCHAR  ( 10 , +2 ), \`c\` "INTEGER" PRIMARY KEY`,
    'a AS (1) , b INT GENERATED ALWAYS AS (a) STORED CHECK (b), c GENERATED ALWAYS, d generated',
    'key, "primary", if, no INT, action TEXT, abort REPLACE',
    'a COLLATE nocase INT COLLATE "rtrim" NULL ON CONFLICT IGNORE'.replace(' INT', ''),
    'a REFERENCES p ON INSERT CASCADE ON DELETE SET NULL MATCH FULL ON UPDATE RESTRICT MATCH x, b REFERENCES "p" (x)',
    'a, b, FOREIGN KEY (a, b) REFERENCES p FOREIGN KEY (b) REFERENCES p (z) UNIQUE (a) UNIQUE (b)',
    'a DEFAULT -1 DEFAULT +1e3, b DEFAULT (1) NOT NULL, c DEFAULT key, d DEFAULT CURRENT_DATE TEXT'.replace(
      ' TEXT',
      '',
    ),
  ])('%s', async (definition) => {
    const sql = `CREATE TABLE t (${definition})`;
    const told = await ask(sql);
    expect(told, 'SQLite refuses it').not.toBeNull();
    expectAgreement(parseTableStructure(sql), told ?? [], sql);
  });

  it('whatever its clauses are', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(table, async (sql) => {
        const told = await ask(sql);
        if (told === null) return;
        taken += 1;
        expectAgreement(parseTableStructure(String(told[0]?.[0]?.[0])), told, sql);
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 400) },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

const names = [
  'a',
  'b',
  'c',
  '"a"',
  '[b]',
  '`c`',
  "'a'",
  'key',
  'if',
  '"two words"',
  'true',
  'current_time',
  'no',
  '"select"',
  'generated',
  'always',
];
const name = fc.constantFrom(...names);
const list = (items: fc.Arbitrary<string>, most: number, separator: string) =>
  fc.array(items, { minLength: 1, maxLength: most }).map((all) => all.join(separator));
const oneOf = (...texts: readonly string[]) => fc.constantFrom(...texts);
const blank = oneOf(' ', ' ', '\n', ' /* , ) */ ', ' -- x )\n', '\t');

const type = fc.oneof(
  { weight: 2, arbitrary: oneOf('', '', 'INT', 'TEXT', 'INTEGER') },
  list(
    oneOf(
      'INT',
      'long',
      'TEXT',
      'CURRENT_TIMESTAMP',
      'true',
      '"q t"',
      "'s'",

      'key',
      'GENERATED',
      'ALWAYS',
      'replace',
      'cascade',
    ),
    3,
    ' ',
  ),
  oneOf('VARCHAR(10)', 'DECIMAL ( 10 , 2 )', 'numeric(+1,-2)', 'F32_BLOB(3)', 'x(1.5)'),
);
const conflict = oneOf('', '', '', 'ON CONFLICT IGNORE', 'ON CONFLICT abort', 'on conflict Replace');
const order = oneOf('', '', 'ASC', 'DESC');
const expression = oneOf('(1)', "(a IN ('x  y', ')'))", '((a > 0))', '(a || "b")', '(length(a) > 1 AND b)');
const constraintName = oneOf(
  '',
  '',
  '',
  'CONSTRAINT x',
  'CONSTRAINT "select"',
  "CONSTRAINT 'y'",
  'CONSTRAINT x CONSTRAINT z',
);
const action = oneOf('SET NULL', 'SET DEFAULT', 'CASCADE', 'RESTRICT', 'NO ACTION');
const refarg = fc.oneof(
  fc.tuple(oneOf('ON DELETE', 'ON UPDATE', 'ON INSERT'), action).map((parts) => parts.join(' ')),
  oneOf('MATCH FULL', 'MATCH "x"'),
);
const deferral = oneOf(
  'DEFERRABLE',
  'NOT DEFERRABLE',
  'DEFERRABLE INITIALLY DEFERRED',
  'NOT DEFERRABLE INITIALLY IMMEDIATE',
);
const references = fc
  .tuple(
    oneOf('p', '"p"', "'p'", 'key'),
    oneOf('', '(x)', '("x")'),
    fc.array(refarg, { maxLength: 2 }),
    fc.oneof(oneOf('', ''), deferral),
  )
  .map(([parent, own, args, wait]) => `REFERENCES ${parent} ${own} ${args.join(' ')} ${wait}`);
const clause = fc
  .oneof(
    fc.tuple(
      oneOf(
        'DEFAULT 1',
        'DEFAULT -1',
        'DEFAULT + 2',
        "DEFAULT 'x  y'",
        'DEFAULT key',
        'DEFAULT "q"',
        'DEFAULT current_date',
        'DEFAULT null',
        "DEFAULT x'00'",
        'DEFAULT (1 + (2))',
      ),
    ),
    fc.tuple(oneOf('NULL', 'NOT NULL', 'UNIQUE'), conflict),
    fc.tuple(fc.constant('PRIMARY KEY'), order, conflict, oneOf('', '', 'AUTOINCREMENT')),
    fc.tuple(fc.constant('CHECK'), expression),
    fc.tuple(references),
    fc.tuple(deferral),
    fc.tuple(oneOf('COLLATE nocase', 'COLLATE "binary"', "COLLATE 'rtrim'")),
    fc.tuple(oneOf('AS', 'GENERATED ALWAYS AS'), oneOf('(1)', '(a || 1)', '((b))'), oneOf('', 'STORED', 'VIRTUAL')),
  )
  .map((parts) => parts.join(' '));
const carg = fc
  .tuple(constraintName, fc.oneof({ weight: 6, arbitrary: clause }, fc.constant('')))
  .map((parts) => parts.join(' '));
const column = (own: fc.Arbitrary<string>) =>
  fc
    .tuple(own, type, fc.array(carg, { maxLength: 3 }), blank)
    .map(([head, kind, args, space]) => [head, kind, ...args].join(space));
const wrapped = fc
  .tuple(name, oneOf('$', '$', '($)', '(($))', '($ COLLATE nocase)'))
  .map(([own, form]) => form.replace('$', own));
const sorted = fc
  .tuple(wrapped, oneOf('', '', 'COLLATE nocase', 'COLLATE "rtrim"'), order)
  .map((parts) => parts.join(' '));
const tableConstraint = fc.oneof(
  fc
    .tuple(oneOf('PRIMARY KEY', 'UNIQUE', 'UNIQUE'), list(sorted, 2, ', '), conflict)
    .map(([word, own, end]) => `${word} (${own}) ${end}`),
  fc.tuple(expression, conflict).map(([own, end]) => `CHECK ${own} ${end}`),
  fc.tuple(name, references).map(([own, rest]) => `FOREIGN KEY (${own}) ${rest}`),
  fc.constant(''),
);
const namedConstraint = fc
  .tuple(constraintName, tableConstraint)
  .map((parts) => parts.join(' ').trim())
  .filter((text) => text !== '');
const options = oneOf('', '', '', 'STRICT', 'WITHOUT ROWID', 'strict , without rowid', 'RANDOM ROWID');
const table = fc
  .tuple(
    fc.tuple(
      column(oneOf('a', '"a"', '[a]')),
      fc.array(column(name), { maxLength: 2 }),
      column(oneOf('b', '`b`', "'b'")),
    ),
    fc.array(fc.tuple(oneOf(',', ' '), namedConstraint), { maxLength: 3 }),
    options,
    oneOf('', ' -- end', ' /* end */'),
  )
  .map(([[first, middle, last], constraints, end, comment]) => {
    const tail = constraints.map(([separator, text], index) => `${index === 0 ? ',' : separator} ${text}`).join('');
    return `CREATE TABLE t (${[first, ...middle, last].join(', ')}${tail}) ${end}${comment}`;
  });
