/** SQLite's own grammar of CREATE TABLE: what it takes is taken apart, into what SQLite itself says of the table. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMirror } from '../../src/adapters/embedded/mirror.ts';
import { readStructure } from '../../src/mirror/read-structure.ts';
import { EngineError } from '../../src/ports.ts';
import { isRequiredByKey, isRowidColumn } from '../../src/schema/model/columns.ts';
import type { KeyStructure, TableStructure } from '../../src/schema/model/structure.ts';
import { parseKeyColumn } from '../../src/schema/parse/build-constraint.ts';
import { parseTableStructure } from '../../src/schema/parse/create-table.ts';
import { foldName } from '../../src/sql/identifiers.ts';

/** null where SQLite refuses it. */
async function store(sql: string) {
  const mirror = await openMirror();
  try {
    mirror.run(sql);
    const [[stored] = []] = mirror.query(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 't'`);
    return { sql: String(stored), told: readStructure(mirror, 't', sql) };
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  } finally {
    mirror.close();
  }
}

/** The tables are the same, as far as pragmas tell. */
function expectAgreement(taken: TableStructure | null, told: TableStructure | null, sql: string) {
  if (taken === null || told === null) throw new Error(`not taken apart: ${sql}`);
  expect(reduce(taken), sql).toEqual(reduce(told));
  const [own, made] = [taken, told].map(({ uniques }) => new Set(uniques.map(listNames)));
  const key = taken.primaryKey === null ? '' : listNames(taken.primaryKey);
  expect(
    [...(made ?? [])].filter((list) => own?.has(list) !== true),
    sql,
  ).toEqual([]);
  // SQLite makes none where the primary key says so already.
  const unmade = [...(own ?? [])].filter((list) => made?.has(list) !== true);
  expect(
    unmade.filter((list) => !key.startsWith(list) && !list.startsWith(key)),
    sql,
  ).toEqual([]);
}

function listNames(key: KeyStructure): string {
  return [...new Set(key.columns.map((column) => parseKeyColumn(column).name))].join();
}

function reduce(table: TableStructure) {
  return {
    columns: table.columns.map(({ name, type, notNull, generated }) => ({
      name,
      type: compact(type),
      isRequired: notNull || isRequiredByKey(table, name),
      generated: generated?.storage ?? null,
      isRowid: isRowidColumn(table, name),
    })),
    primaryKey: table.primaryKey && listNames(table.primaryKey),
    autoincrement: table.autoincrement,
    foreignKeys: table.foreignKeys.map(({ columns, references, referencedColumns, onDelete, onUpdate }) => ({
      ...{ columns, references, referencedColumns, onDelete, onUpdate },
    })),
    // RANDOM ROWID is libSQL's own, and no pragma tells it.
    options: table.options.filter((option) => option !== 'random rowid'),
  };
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
    'a COLLATE nocase COLLATE "rtrim" NULL ON CONFLICT IGNORE',
    'a REFERENCES p ON INSERT CASCADE ON DELETE SET NULL MATCH FULL ON UPDATE RESTRICT MATCH x, b REFERENCES "p" (x)',
    'a, b, FOREIGN KEY (a, b) REFERENCES p FOREIGN KEY (b) REFERENCES p (z) UNIQUE (a) UNIQUE (b)',
    'a DEFAULT -1 DEFAULT +1e3, b DEFAULT (1) NOT NULL, c DEFAULT key, d DEFAULT CURRENT_DATE',
  ])('%s', async (definition) => {
    const sql = `CREATE TABLE t (${definition})`;
    expectAgreement(parseTableStructure(sql), (await store(sql))?.told ?? null, sql);
  });

  it('whatever its clauses are', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(table, async (sql) => {
        const made = await store(sql);
        if (made === null) return;
        taken += 1;
        expectAgreement(parseTableStructure(made.sql), made.told, sql);
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
