import { describe, expect, it } from 'vitest';
import { parseIndexStructure } from '../../../src/schema/parse/create-index.ts';
import { parseTableStructure } from '../../../src/schema/parse/create-table.ts';

/** The one column of a table. */
function parseColumn(definition: string) {
  return parseTableStructure(`CREATE TABLE t (${definition})`)?.columns[0];
}

describe('a table taken apart', () => {
  it('has its constraints in one place, wherever they are written', () => {
    const sql = `CREATE TABLE IF NOT EXISTS main."Order" (
      "Id" INTEGER NOT NULL CONSTRAINT pk PRIMARY KEY AUTOINCREMENT, -- a, b
      [customerId] INT CONSTRAINT fk REFERENCES "Customer" ("id") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
      \`total\` DECIMAL( 10 , 2 ) /* ( */ DEFAULT (max(1, 2)) CHECK ("total" IN (1, 2)),
      CONSTRAINT u UNIQUE ("total" DESC, 'Id') ON CONFLICT FAIL, Foreign Key (Id) REFERENCES b,
      "added" TEXT COLLATE NoCase
    ) strict, WITHOUT rowid;`;
    expect(parseTableStructure(sql)).toEqual({
      name: 'Order',
      columns: [
        expect.objectContaining({ name: 'Id', type: 'integer', notNull: true, default: null }),
        expect.objectContaining({ name: 'customerId', type: 'int', notNull: false }),
        {
          name: 'total',
          type: 'decimal(10,2)',
          notNull: false,
          notNullConflict: null,
          default: '("max" ( 1 , 2 ))',
          collation: null,
          generated: null,
          written: { type: 'DECIMAL( 10 , 2 )', default: '(max(1, 2))', generated: null },
          sql: '`total` DECIMAL( 10 , 2 ) /* ( */ DEFAULT (max(1, 2)) CHECK ("total" IN (1, 2))',
        },
        expect.objectContaining({ name: 'added', collation: 'nocase', sql: '"added" TEXT COLLATE NoCase' }),
      ],
      primaryKey: {
        name: 'pk',
        columns: ['"id"'],
        conflict: null,
        sql: 'CONSTRAINT "pk" PRIMARY KEY ("Id" AUTOINCREMENT)',
      },
      autoincrement: true,
      uniques: [
        {
          name: 'u',
          columns: ['"total" desc', '"id"'],
          conflict: 'fail',
          sql: 'CONSTRAINT "u" UNIQUE ("total" DESC, "Id") ON CONFLICT FAIL',
        },
      ],
      checks: [
        {
          name: null,
          expression: '"total" in ( 1 , 2 )',
          written: '"total" IN (1, 2)',
          sql: 'CHECK ("total" IN (1, 2))',
        },
      ],
      foreignKeys: [
        {
          name: 'fk',
          columns: ['customerid'],
          references: 'Customer',
          referencedColumns: ['id'],
          onDelete: 'set null',
          onUpdate: 'no action',
          deferred: true,
          sql: 'CONSTRAINT "fk" FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED',
        },
        {
          name: null,
          columns: ['id'],
          references: 'b',
          referencedColumns: [],
          onDelete: 'no action',
          onUpdate: 'no action',
          deferred: false,
          sql: 'FOREIGN KEY ("Id") REFERENCES "b"',
        },
      ],
      options: ['strict', 'without rowid'],
    });
  });

  it.each([
    ['a', 'a'],
    ['  a TEXT  ', 'a TEXT'],
    ['/* before */ a /* in */ TEXT -- after\n', 'a /* in */ TEXT'],
    ["a\n  TEXT\tDEFAULT 'x, y' NOT  NULL", "a\n  TEXT\tDEFAULT 'x, y' NOT  NULL"],
    ['"a""b" INT, c', '"a""b" INT'],
    ['a INT CHECK (a > (1)), CHECK (1)', 'a INT CHECK (a > (1))'],
  ])('keeps the text of a column as it is written: %j', (definition, sql) => {
    expect(parseColumn(definition)?.sql).toBe(sql);
  });

  it.each([
    ['a', null],
    ['a DEFAULT NULL', null],
    ['a DEFAULT (null)', null],
    ['a DEFAULT 1', '1'],
    ['a DEFAULT (( - 0X1F ))', '-0x1f'],
    ['a DEFAULT +1E3', '1e3'],
    ["a DEFAULT 'It''s'", "'It''s'"],
    ['a DEFAULT It', "'It'"],
    [`a DEFAULT "It's"`, "'It''s'"],
    ['a DEFAULT `x"y`', `'x"y'`],
    ['a DEFAULT true', '1'],
    ['a DEFAULT (False)', '0'],
    ['a DEFAULT "true"', "'true'"],
    ["a DEFAULT X'0A'", "x'0a'"],
    ['a DEFAULT Current_Time', 'current_time'],
    ['a DEFAULT (CURRENT_TIME)', 'current_time'],
    ['a DEFAULT -CURRENT_TIME', '(- current_time)'],
    ["a DEFAULT - 'x'", "(- 'x')"],
    ["a DEFAULT ('a' || 'b')", "('a' || 'b')"],
    ['a DEFAULT 1 DEFAULT NULL', null],
  ])('reads the default of %s as %s', (definition, value) => {
    expect(parseColumn(definition)?.default).toBe(value);
  });

  it.each([
    ['a', ''],
    ['a "My Type"', 'my type'],
    ['a LONG  VARCHAR (10) NOT NULL', 'long varchar(10)'],
    ['a numeric(+1, -2)', 'numeric(+1,-2)'],
    ['a GENERATED ALWAYS AS (1)', ''],
    ['a INT GENERATED ALWAYS AS (1)', 'int'],
    ['a GENERATED', 'generated'],
    ['a INT NULL', 'int'],
  ])('reads the type of %s as %j', (definition, type) => {
    expect(parseColumn(definition)?.type).toBe(type);
  });

  it('knows generated columns', () => {
    const virtual = { expression: '"b" + 1', storage: 'virtual' };
    expect(parseColumn('a AS ((b+1))')).toMatchObject({ generated: virtual, written: { generated: '(b+1) VIRTUAL' } });
    expect(parseColumn('a INT NOT NULL GENERATED ALWAYS AS (b+1) STORED UNIQUE')).toMatchObject({
      generated: { ...virtual, storage: 'stored' },
      notNull: true,
    });
  });

  it('has a deferral with the foreign key before it, in whatever column that is', () => {
    const sql =
      'CREATE TABLE t (a DEFERRABLE INITIALLY DEFERRED REFERENCES p, b REFERENCES p, c DEFERRABLE INITIALLY DEFERRED)';
    expect(parseTableStructure(sql)?.foreignKeys).toMatchObject([{ deferred: false }, { deferred: true }]);
  });

  it.each([
    'CREATE TABLE t AS SELECT 1',
    'CREATE VIRTUAL TABLE t USING fts5(a)',
    'CREATE INDEX i ON t (a)',
    'CREATE TABLE t (a',
    'CREATE TABLE t (a,)',
    'CREATE TABLE t (, a)',
    'CREATE TABLE t ()',
    'CREATE TABLE t (a "open)',
    'CREATE TABLE t (a) ; SELECT 1',
    'CREATE TABLE t (a, UNIQUE ((a || 1)))',
    'CREATE TABLE t (a, PRIMARY KEY (a || 1))',
    'CREATE TABLE t (a REFERENCES b ON DELETE NOTHING)',
    'CREATE TABLE t (a DEFAULT)',
    'CREATE TABLE t (a DEFAULT (1)',
    'CREATE TABLE t (a CHECK)',
    'CREATE TABLE t (a AS 1)',
    'CREATE TABLE t (a CONSTRAINT)',
    'CREATE TABLE t (a, CONSTRAINT)',
    'CREATE TABLE t (a, UNIQUE)',
    'CREATE TABLE t (a, FOREIGN KEY (a))',
    'CREATE TABLE t (a NOT)',
    'CREATE TABLE t',
    '',
  ])('is null for %j', (sql) => {
    expect(parseTableStructure(sql)).toBeNull();
  });
});

describe('an index taken apart', () => {
  it('has its columns, expressions and condition', () => {
    expect(
      parseIndexStructure(
        `CREATE UNIQUE INDEX "I" ON T (a COLLATE "NoCase" DESC, 'b', desc, lower("c"), (d) ASC) WHERE (a > 1);`,
      ),
    ).toEqual({
      name: 'I',
      table: 'T',
      unique: true,
      columns: [
        { type: 'column', name: 'a', collation: 'nocase', order: 'descending' },
        { type: 'column', name: 'b', collation: null, order: 'ascending' },
        { type: 'column', name: 'desc', collation: null, order: 'ascending' },
        { type: 'expression', expression: '"lower" ( "c" )', written: 'lower("c")', order: 'ascending' },
        { type: 'column', name: 'd', collation: null, order: 'ascending' },
      ],
      where: '"a" > 1',
      whereWritten: 'a > 1',
    });
  });

  it.each([
    'CREATE TABLE t (a)',
    'CREATE INDEX i',
    'CREATE INDEX i ON t',
    'CREATE INDEX i ON t (a) x',
    'CREATE INDEX i ON t (a) WHERE',
  ])('is null for %j', (sql) => {
    expect(parseIndexStructure(sql)).toBeNull();
  });
});
