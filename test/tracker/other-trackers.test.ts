/** Which tables are another tool's tracker, and which migrations their rows call applied. */

import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/ports.ts';
import { isInternalTable, parseSchema } from '../../src/schema/model/objects.ts';
import { isOtherTracker, isReadable, parseOtherRows, selectOtherColumns } from '../../src/tracker/other-trackers.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

const init = '20260102093000_init';
const email = '20260214101500_customer_email';

describe('a table', () => {
  it.each([
    '_migration_tracker',
    '_migrations',
    '_applied_migrations',
    '_app_migrations',
    '_turso_migrations',
    '_turso_migrations_applied',
    '_turso_sql_migrations',
    '__turso_migrations',
    '_MIGRATIONS',
  ])('called %s is a tracker that a script keeps, with names in its rows', (name) => {
    expect([isOtherTracker(name, prismaTracker), isReadable(name, prismaTracker)]).toEqual([true, true]);
  });

  it.each([
    '__drizzle_migrations',
    'd1_migrations',
    'knex_migrations',
    'knex_migrations_lock',
    'schema_migrations',
    'SequelizeMeta',
    '__EFMigrationsHistory',
    'DATABASECHANGELOG',
    '_sqlx_migrations',
    'flyway_schema_history',
    '_prisma_migrations_old',
    '_prisma_migrations_replaced',
    '_Prisma_Migrations_backup_20260218',
  ])('called %s is a tracker whose rows are not read', (name) => {
    expect([isOtherTracker(name, prismaTracker), isReadable(name, prismaTracker)]).toEqual([true, false]);
  });

  it.each([
    '_prisma_migrations',
    '_PRISMA_MIGRATIONS',
    'migrations',
    'migration',
    'Migration',
    'app_migrations',
    'bird_migration',
    '_immigration',
    '_emigrations_by_year',
    '_MigrationToUser',
    '_BirdMigrations',
    '_CustomerToOrder',
    '_schema',
    '',
  ])('called %s is none', (name) => {
    expect(isOtherTracker(name, prismaTracker)).toBe(false);
  });

  it('that Prisma keeps for a many-to-many relation is data, whatever its name', () => {
    const table = (name: string) => ['table', name, name, `CREATE TABLE "${name}" ("A" INTEGER, "B" INTEGER)`];
    const schema = parseSchema(
      [
        table('_user_migrations'),
        ['index', '_user_migrations_B_index', '_user_migrations', 'CREATE INDEX …'],
        table('_app_migrations'),
      ],
      [],
      prismaTracker,
    );
    expect(isInternalTable(schema, '_user_migrations')).toBe(false);
    expect(isInternalTable(schema, '_app_migrations')).toBe(true);
  });
});

interface Shape {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  readonly names: readonly string[] | null;
}

const now = '2026-01-02 09:30:00';

const shapes: readonly (readonly [string, Shape])[] = [
  ['no rows', { columns: ['migration_name'], rows: [], names: [] }],
  ['names alone', { columns: ['name'], rows: [[init], [email]], names: [init, email] }],
  ['a name twice', { columns: ['name'], rows: [[init], [init]], names: [init] }],
  [
    'running numbers beside the names',
    { columns: ['id', 'migration_name', 'applied_at'], rows: [[1, init, now]], names: [init] },
  ],
  [
    'names in the column called id',
    {
      columns: ['id', 'applied_at'],
      rows: [
        [init, now],
        [email, now],
      ],
      names: [init, email],
    },
  ],
  ['names in the column called version', { columns: ['version'], rows: [[init]], names: [init] }],
  ['a time as a number for a name', { columns: ['id'], rows: [[20260102093000]], names: ['20260102093000'] }],
  ['a time as a bigint for a name', { columns: ['name'], rows: [[20260102093000n]], names: ['20260102093000'] }],
  ['nothing but running numbers', { columns: ['id', 'applied_at'], rows: [[1, now]], names: null }],
  ['versions that are no folders', { columns: ['version', 'applied_at'], rows: [[3, now]], names: null }],
  [
    'nothing but UUIDs',
    { columns: ['id', 'hash'], rows: [['12345678-1234-4123-8123-123456789abc', 'x']], names: null },
  ],
  ['no column that could hold names', { columns: ['hash', 'created_at'], rows: [['x', now]], names: null }],
  ['files', { columns: ['filename'], rows: [[`${init}.sql`], [`${email}/migration.sql`]], names: [init, email] }],
  [
    'paths of both kinds',
    {
      columns: ['file'],
      rows: [[`prisma/migrations/${init}/migration.sql`], [`C:\\shop\\migrations\\${email}\\`], [` ./${init} `]],
      names: [init, email],
    },
  ],
  ['names in another case', { columns: ['"Migration_Name"', 'AppliedAt'], rows: [[init, now]], names: [init] }],
  ['the surer of two columns', { columns: ['file', 'migration_name'], rows: [['01.sql', init]], names: [init] }],
  ['a surer column that is empty', { columns: ['name', 'folder'], rows: [[null, init]], names: [init] }],
  [
    'values that are no names',
    { columns: ['name'], rows: [[null], [''], [' / '], [new Uint8Array([50, 48])], [init]], names: [init] },
  ],
  [
    'states',
    {
      columns: ['name', 'status'],
      rows: [
        ['1_a', 'applied'],
        ['2_b', 'success'],
        ['3_c', 'COMPLETED'],
        ['4_d', 'failed'],
        ['5_e', 'pending'],
        ['6_f', 'Running'],
        ['7_g', 'rolled_back'],
        ['8_h', 'rolled-back'],
        ['9_i', 'in_progress'],
        ['10_j', 'errored'],
        ['11_k', 'not applied'],
        ['12_l', 'started'],
        ['13_m', null],
        ['14_n', 1],
        ['15_o', 0],
        ['16_p', 'finished'],
        ['17_q', 'unapplied'],
        ['18_r', 'backfilled'],
      ],
      names: ['1_a', '2_b', '3_c', '13_m', '14_n', '16_p', '18_r'],
    },
  ],
  [
    'a failure that was mended',
    {
      columns: ['name', 'status'],
      rows: [
        [init, 'failed'],
        [init, 'applied'],
      ],
      names: [init],
    },
  ],
  [
    'times of the end',
    {
      columns: ['name', 'started_at', 'finished_at'],
      rows: [
        ['1_a', now, now],
        ['2_b', now, null],
        ['3_c', now, 1767346200000],
        ['4_d', now, 1767346200000n],
        ['5_e', now, ''],
        ['6_f', null, 'Fri Jan 02 2026 09:30:00 GMT+0000 (Coordinated Universal Time)'],
      ],
      names: ['1_a', '3_c', '4_d', '6_f'],
    },
  ],
  ['a time of application that is not set', { columns: ['name', 'applied_at'], rows: [[init, null]], names: [] }],
  [
    'what was rolled back',
    {
      columns: ['name', 'rolled_back_at'],
      rows: [
        [init, null],
        [email, now],
      ],
      names: [init],
    },
  ],
  [
    'successes',
    {
      columns: ['name', 'success'],
      rows: [
        ['1_a', 1],
        ['2_b', 0],
        ['3_c', 'true'],
        ['4_d', 'false'],
        ['5_e', null],
      ],
      names: ['1_a', '3_c'],
    },
  ],
  [
    'errors',
    {
      columns: ['name', 'error'],
      rows: [
        [init, null],
        [email, 'no such table: Customer'],
      ],
      names: [init],
    },
  ],
  [
    "this program's predecessor",
    {
      columns: ['name', 'checksum', 'sql_preview', 'started_at', 'finished_at', 'status'],
      rows: [
        [init, 'abc', 'CREATE TABLE …', now, now, 'applied'],
        [email, 'def', 'ALTER TABLE …', now, null, 'failed'],
        ['20260301083000_address', '', '', now, now, 'backfilled'],
      ],
      names: [init, '20260301083000_address'],
    },
  ],
];

describe('rows', () => {
  it.each(shapes)('with %s', (_, { columns, rows, names }) => {
    expect(parseOtherRows(columns, rows)).toEqual(names);
  });

  it.each(shapes)('with %s mean the same without the columns that are not looked at', (_, { columns, rows, names }) => {
    const wanted = selectOtherColumns(columns);
    const cut = rows.map((row) => row.filter((_, index) => wanted.includes(columns[index] ?? '')));
    expect(parseOtherRows(wanted, cut)).toEqual(names);
  });

  it('leave out the columns that may be large', () => {
    expect(
      selectOtherColumns([
        'id',
        'name',
        'checksum',
        'sql_preview',
        'sql',
        'logs',
        'started_at',
        'applied_at',
        'status',
      ]),
    ).toEqual(['id', 'name', 'applied_at', 'status']);
  });
});
