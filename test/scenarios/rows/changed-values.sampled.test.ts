/** Values that a rebuild reads and does not keep. */

import { sampled } from '../../support/sampled.ts';
import { type Case, describeCases } from './cases.ts';
import { describeMeanwhile } from './meanwhile.ts';
import { anyOfRebuild, redefine } from './rebuilds.ts';

const slim = '"id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT';
const columns = `${slim}, "code" TEXT, "deletedAt" DATETIME`;
const schema = `CREATE TABLE "Customer" (${columns});`;
const rows = {
  Customer: [
    [1, 'Ada Example', '007', '2026-01-01'],
    [2, 'Bob Example', '42', null],
    [3, 'Cy Example', null, null],
  ],
};
const lost = { tells: 'hazard', code: 'data-loss', at: anyOfRebuild, schema, rows } as const;
const noted = { tells: 'note', code: 'data-loss', at: anyOfRebuild, schema, rows } as const;
const nothing = { tells: 'nothing', code: 'data-loss', schema, rows } as const;

const into = '"id", "name", "code", "deletedAt"';
const copy = { table: 'Customer', columns, into };
const select = (code: string, deletedAt = '"deletedAt"') => `"id", "name", ${code}, ${deletedAt}`;
const codes = (...values: readonly (string | number | null)[]) => ({
  Customer: rows.Customer.map(([id = null, name = null, , deletedAt = null], index) => [
    id,
    name,
    values[index] ?? null,
    deletedAt,
  ]),
});
const asNumber = columns.replace('"code" TEXT', '"code" INTEGER');
const whole = codes('7', '42', null);

const read: readonly Case[] = [
  {
    ...noted,
    title: 'a column that CASE looks at',
    pending: [redefine({ ...copy, select: select(`CASE WHEN "code" = '007' THEN 'agent' ELSE "code" END`) })],
    says: /changes the values of "Customer"\."code" in 1 row/,
    count: 1,
    finds: 1,
    after: codes('agent', '42', null),
  },
  {
    ...lost,
    title: 'a name with dollars in it, of which a text becomes a number',
    schema: 'CREATE TABLE "Product" ("id" INTEGER NOT NULL PRIMARY KEY, "pri$$e $&" TEXT);',
    rows: { Product: [[1, '007']] },
    pending: [
      redefine({
        table: 'Product',
        columns: '"id" INTEGER NOT NULL PRIMARY KEY, "pri$$e $&" INTEGER',
        into: '"id", "pri$$e $&"',
      }),
    ],
    count: 1,
    finds: 1,
    after: { Product: [[1, 7]] },
  },
  {
    ...noted,
    title: 'a text becomes a real number that gives it back',
    rows: codes('7', '7.5', null),
    pending: [redefine({ ...copy, columns: columns.replace('"code" TEXT', '"code" REAL') })],
    after: codes(7, 7.5, null),
  },
  {
    ...lost,
    title: 'a text becomes a real number that has no place for its digits',
    rows: codes('7', '9007199254740993', null),
    pending: [redefine({ ...copy, columns: columns.replace('"code" TEXT', '"code" REAL') })],
    count: 1,
    finds: 1,
    after: codes(7, 9007199254740992, null),
  },
  {
    ...noted,
    title: 'a column that CASE hands on',
    pending: [redefine({ ...copy, select: select(`CASE WHEN "code" IS NULL THEN '' ELSE "code" END`) })],
    after: codes('007', '42', ''),
  },
  {
    ...noted,
    title: 'a time of which only remains whether there is one',
    pending: [
      redefine({
        table: 'Customer',
        columns: `${slim}, "code" TEXT, "isDeleted" BOOLEAN NOT NULL`,
        into: '"id", "name", "code", "isDeleted"',
        select: '"id", "name", "code", "deletedAt" IS NOT NULL',
      }),
    ],
    says: /without "Customer"\."deletedAt"/,
    count: 1,
    finds: 1,
    after: { Customer: rows.Customer.map((row) => [...row.slice(0, 3), row[3] === null ? 0 : 1]) },
  },
  {
    ...lost,
    title: 'the second of two columns in coalesce',
    pending: [
      redefine({ table: 'Customer', columns: slim, into: '"id", "name"', select: '"id", coalesce("name", "code")' }),
    ],
    about: /"code"/,
    count: 2,
    finds: 2,
    allow: ['data-loss'],
    after: { Customer: rows.Customer.map((row) => row.slice(0, 2)) },
  },
  {
    ...nothing,
    title: 'the first of two columns in coalesce',
    pending: [redefine({ ...copy, select: select(`coalesce("code", "name")`) })],
    after: codes('007', '42', 'Cy Example'),
  },
  {
    ...noted,
    title: 'a column by the name that the copy gives its table',
    pending: [
      redefine({
        ...copy,
        insert: `INSERT INTO "new_Customer" (${into}) SELECT c."id", c."name", substr(c."code", 1, 2), c."deletedAt" FROM "Customer" AS c;`,
      }),
    ],
    count: 1,
    finds: 1,
    after: codes('00', '42', null),
  },
  {
    ...lost,
    title: 'a column that is looked up in another table',
    schema: `${schema}\nCREATE TABLE "Word" ("code" TEXT PRIMARY KEY, "word" TEXT);`,
    rows: { ...rows, Word: [['007', 'agent']] },
    pending: [redefine({ ...copy, select: select(`(SELECT "word" FROM "Word" WHERE "code" = "Customer"."code")`) })],
    count: 2,
    after: { ...codes('agent', null, null), Word: [['007', 'agent']] },
  },
  {
    ...noted,
    title: 'an expression that fails on no row, and may on others',
    pending: [redefine({ ...copy, select: select(`"code" ->> '$'`) })],
    rows: codes('{"a":1}', '"x"', null),
    count: 1,
    finds: 1,
    after: codes('{"a":1}', 'x', null),
  },
  {
    ...noted,
    title: 'a column that an aggregate of all rows reads',
    pending: [redefine({ ...copy, select: select(`(SELECT 1) + length("code")`) })],
    count: 2,
    finds: 2,
    after: codes('4', '3', null),
  },
  {
    ...noted,
    title: 'a column without values of which the copy makes something',
    rows: codes(null, null, null),
    pending: [redefine({ ...copy, select: select(`CAST("code" AS INTEGER)`) })],
  },
  {
    ...lost,
    title: 'a CAST in a copy from two tables',
    schema: `${schema}\nCREATE TABLE "Label" ("customer" INTEGER PRIMARY KEY);`,
    rows: { ...rows, Label: [[1], [2], [3]] },
    pending: [
      redefine({
        ...copy,
        insert: `INSERT INTO "new_Customer" (${into}) SELECT c."id", c."name", CAST(c."code" AS INTEGER), c."deletedAt" FROM "Customer" AS c JOIN "Label" AS l ON l."customer" = c."id";`,
      }),
    ],
    says: /changes the values of "Customer"\."code" in 1 row\.$/,
    count: 1,
    finds: 1,
    after: { ...whole, Label: [[1], [2], [3]] },
  },
];

const converted: readonly Case[] = [
  {
    ...lost,
    title: 'a text that becomes a number',
    pending: [redefine({ ...copy, columns: asNumber })],
    says: /changes the values of "Customer"\."code" in 1 row/,
    count: 1,
    finds: 1,
    after: codes(7, 42, null),
  },
  {
    ...lost,
    title: 'a text that becomes a number in a copy of everything',
    pending: [redefine({ ...copy, columns: asNumber, insert: 'INSERT INTO "new_Customer" SELECT * FROM "Customer";' })],
    count: 1,
    finds: 1,
    after: codes(7, 42, null),
  },
  {
    ...lost,
    title: 'a column of which a copy behind WITH makes another',
    pending: [
      redefine({
        table: 'Customer',
        columns: `${slim}, "size" INTEGER, "deletedAt" DATETIME`,
        insert:
          'INSERT INTO "new_Customer" WITH w AS (SELECT "id", "name", length("code") AS "n", "deletedAt" FROM "Customer") SELECT "id", "name", "n", "deletedAt" FROM w;',
      }),
    ],
    says: /without "Customer"\."code", and copies another value in its place in 2 rows/,
    count: 2,
    finds: 2,
    after: codes(3, 2, null),
  },
  {
    ...lost,
    title: 'two columns that a copy of two SELECTs exchanges',
    pending: [
      redefine({
        ...copy,
        insert: `INSERT INTO "new_Customer" (${into}) SELECT "id", "code", "name", "deletedAt" FROM "Customer" WHERE "id" = 1 UNION ALL SELECT ${into} FROM "Customer" WHERE "id" > 1;`,
      }),
    ],
    about: /"code"/,
    count: 1,
    finds: 1,
    after: {
      Customer: [[1, '007', 'Ada Example', '2026-01-01'], ...rows.Customer.slice(1)],
    },
  },
  {
    ...lost,
    title: 'a text that becomes a real number',
    rows: codes('1e3', '2.5', null),
    pending: [redefine({ ...copy, columns: columns.replace('"code" TEXT', '"code" REAL') })],
    count: 1,
    finds: 1,
    after: codes(1000, 2.5, null),
  },
  {
    ...lost,
    title: 'a CAST to a number',
    rows: codes('12 kg', '42', null),
    pending: [redefine({ ...copy, columns: asNumber, select: select('CAST("code" AS INTEGER)') })],
    count: 1,
    finds: 1,
    after: codes(12, 42, null),
  },
  {
    ...noted,
    title: 'texts that stay what they are as numbers',
    rows: codes('7', '42', 'x'),
    pending: [redefine({ ...copy, columns: asNumber })],
    after: codes(7, 42, 'x'),
  },
  {
    ...nothing,
    title: 'numbers that become texts',
    schema: `CREATE TABLE "Customer" (${asNumber});`,
    rows: codes(7, 42, null),
    pending: [redefine(copy)],
    after: whole,
  },
  {
    ...nothing,
    title: 'a number of another kind',
    schema: `CREATE TABLE "Customer" (${asNumber});`,
    rows: codes(7, 42, null),
    pending: [
      redefine({
        ...copy,
        columns: asNumber.replace('"code" INTEGER', '"code" BIGINT NOT NULL DEFAULT 0'),
        select: select('coalesce("code", 0)'),
      }),
    ],
    after: codes(7, 42, 0),
  },
  {
    ...nothing,
    title: 'a text that becomes a number beside the text',
    pending: [
      redefine({
        table: 'Customer',
        columns: `${columns}, "number" INTEGER`,
        into: `${into}, "number"`,
        select: `${into}, "code"`,
      }),
    ],
    after: { Customer: codes('007', '42', null).Customer.map((row, index) => [...row, [7, 42, null][index] ?? null]) },
  },
];

describeCases('a value that a rebuild reads', sampled(read, 2));
describeCases('a value that a rebuild converts', sampled(converted, 2));

const product = (type: string) => `CREATE TABLE "Product" ("id" INTEGER NOT NULL PRIMARY KEY, "price" ${type});`;
const asText = (select = '"id", "price"') =>
  redefine({
    table: 'Product',
    columns: '"id" INTEGER NOT NULL PRIMARY KEY, "price" TEXT',
    into: '"id", "price"',
    select,
  });
const long = 1234567.123456789;
const short = [
  [1, 0.5],
  [2, 1234567.12345679],
  [3, 3],
  [4, null],
] as const;
const prices = (...values: readonly (number | string | null)[]) => ({
  Product: values.map((value, index) => [index + 1, value]),
});

describeCases('a real number that becomes a text, which has 15 digits of it', [
  {
    ...lost,
    title: 'in a rebuild',
    schema: product('REAL'),
    rows: prices(long, 0.5, null),
    pending: [asText()],
    says: /changes the values of "Product"\."price" in 1 row/,
    count: 1,
    finds: 1,
    after: prices('1234567.12345679', '0.5', null),
  },
  {
    ...lost,
    title: 'in a table of another name that takes its place',
    schema: product('REAL'),
    rows: prices(long, 0.5, null),
    pending: [
      `CREATE TABLE "Goods" ("id" INTEGER NOT NULL PRIMARY KEY, "price" VARCHAR(20));
INSERT INTO "Goods" SELECT * FROM "Product";
DROP TABLE "Product";`,
    ],
    at: 'DROP TABLE ',
    says: /changes the values of "Product"\."price" in 1 row/,
    count: 1,
    finds: 1,
    after: {
      Goods: [
        [1, '1234567.12345679'],
        [2, '0.5'],
        [3, null],
      ],
    },
  },
  {
    ...lost,
    title: 'by a CAST',
    schema: product('DOUBLE PRECISION'),
    rows: prices(long, 0.5, null),
    pending: [asText('"id", CAST("price" AS TEXT)')],
    says: /changes the values of "Product"\."price" in 1 row/,
    count: 1,
    finds: 1,
    after: prices('1234567.12345679', '0.5', null),
  },
  {
    ...noted,
    title: 'put together with a word',
    schema: product('REAL'),
    rows: prices(long, 0.5, null),
    pending: [asText(`"id", "price" || ' EUR'`)],
    count: 1,
    finds: 1,
    after: prices('1234567.12345679 EUR', '0.5 EUR', null),
  },
  {
    ...lost,
    title: 'out of a column of decimals',
    schema: product('DECIMAL(12, 4)'),
    rows: prices(long, 0.5, 7, null),
    pending: [asText()],
    count: 1,
    finds: 1,
    after: prices('1234567.12345679', '0.5', '7', null),
  },
  {
    ...lost,
    title: 'out of a column without a type',
    schema: product(''),
    rows: prices(long, 'x', null),
    pending: [asText()],
    count: 1,
    finds: 1,
    after: prices('1234567.12345679', 'x', null),
  },
  {
    ...noted,
    title: 'where all of them have fewer digits',
    schema: product('REAL'),
    rows: { Product: short },
    pending: [asText()],
    says: /changes none/,
    after: prices('0.5', '1234567.12345679', '3.0', null),
  },
  {
    ...nothing,
    title: 'where a column of whole numbers has none',
    schema: product('INTEGER'),
    rows: prices(9007199254740991, 5, null),
    pending: [asText()],
    after: prices('9007199254740991', '5', null),
  },
  {
    ...nothing,
    title: 'where decimals have fewer digits',
    schema: product('DECIMAL(12, 4)'),
    rows: prices(19.99, 5, null),
    pending: [asText()],
    after: prices('19.99', '5', null),
  },
  {
    ...nothing,
    title: 'beside a copy that keeps the number',
    schema: product('REAL'),
    rows: prices(long, null),
    pending: [
      redefine({
        table: 'Product',
        columns: '"id" INTEGER NOT NULL PRIMARY KEY, "price" TEXT, "exact" REAL',
        into: '"id", "price", "exact"',
        select: '"id", "price", "price"',
      }),
    ],
    after: {
      Product: [
        [1, '1234567.12345679', long],
        [2, null, null],
      ],
    },
  },
]);

describeMeanwhile('a value that a rebuild changes', [
  {
    title: 'a text that the copy cuts',
    code: 'data-loss',
    isSaid: true,
    schema,
    rows: codes('7', '42', null),
    pending: [redefine({ ...copy, select: select('substr("code", 1, 3)') })],
    meanwhile: `UPDATE "Customer" SET "code" = '1234' WHERE "id" = 3`,
    says: /code/,
    left: codes('7', '42', '123'),
  },
  {
    title: 'a text that is another as a number',
    code: 'data-loss',
    schema,
    rows: codes('7', '42', null),
    pending: [redefine({ ...copy, columns: asNumber })],
    meanwhile: `UPDATE "Customer" SET "code" = '007' WHERE "id" = 3`,
    says: /code/,
    left: codes(7, 42, 7),
  },
  {
    title: 'a value that an expression does not keep',
    code: 'data-loss',
    isSaid: true,
    schema,
    rows: codes('7', '42', null),
    pending: [
      redefine({ ...copy, select: select('trim(c."code")') }).replace('FROM "Customer";', 'FROM "Customer" AS c;'),
    ],
    meanwhile: `UPDATE "Customer" SET "code" = ' 9' WHERE "id" = 3`,
    says: /code/,
    left: codes('7', '42', '9'),
  },
  {
    title: 'a real number of which a text has fewer digits',
    code: 'data-loss',
    schema: product('REAL'),
    rows: prices(0.5, 1),
    pending: [asText()],
    meanwhile: `UPDATE "Product" SET "price" = ${long} WHERE "id" = 2`,
    says: /price/,
    left: prices('0.5', '1234567.12345679'),
  },
  {
    title: 'a real number in a column of whole ones',
    code: 'data-loss',
    schema: product('INTEGER'),
    rows: prices(1, 2),
    pending: [asText()],
    meanwhile: `UPDATE "Product" SET "price" = ${long} WHERE "id" = 2`,
    says: /price/,
    left: prices('1', '1234567.12345679'),
  },
]);
