/** What tools call their tables by default, and what scripts call the columns of theirs: by that it is told what is applied. */

import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/ports.ts';
import { isOtherTracker, isReadable, parseOtherRows, selectOtherColumns } from '../../src/tracker/other-trackers.ts';
import { prismaTracker } from '../../src/tracker/tracker.ts';

it.each([
  ['ActiveRecord', ['schema_migrations', 'ar_internal_metadata']],
  ['Alembic', ['alembic_version']],
  ['Atlas', ['atlas_schema_revisions']],
  ['Bun', ['bun_migrations', 'bun_migration_locks']],
  ['Cloudflare D1', ['d1_migrations']],
  ['Diesel', ['__diesel_schema_migrations']],
  ['Django', ['django_migrations']],
  ['Doctrine', ['doctrine_migration_versions']],
  ['Drizzle', ['__drizzle_migrations']],
  ['Entity Framework', ['__EFMigrationsHistory']],
  ['Flyway', ['flyway_schema_history']],
  ['Goose', ['goose_db_version']],
  ['gorp', ['gorp_migrations']],
  ['Knex', ['knex_migrations', 'knex_migrations_lock']],
  ['Kysely', ['kysely_migration', 'kysely_migration_lock']],
  ['Liquibase', ['DATABASECHANGELOG', 'DATABASECHANGELOGLOCK']],
  ['MikroORM', ['mikro_orm_migrations']],
  ['node-pg-migrate', ['pgmigrations']],
  ['Payload', ['payload_migrations']],
  ['Phinx', ['phinxlog']],
  ['Refinery', ['refinery_schema_history']],
  ['SeaORM', ['seaql_migrations']],
  ['Sequelize', ['SequelizeMeta']],
  ['SQLx', ['_sqlx_migrations']],
])('the tables of %s are its own record, and no data: %j', (_, tables) => {
  expect(tables.map((name) => [isOtherTracker(name, prismaTracker), isReadable(name, prismaTracker)])).toEqual(
    tables.map(() => [true, false]),
  );
});

/** Whether a row with this value in the column counts as applied. */
const counts = (column: string, value: Value) => {
  const names = parseOtherRows(['name', column], [['1_a', value]]);
  // A column that means nothing is not even read.
  const isRead = selectOtherColumns([column]).length > 0;
  return isRead ? names?.length === 1 : 'not read';
};

const now = '2026-01-02 09:30:00';

describe('a column', () => {
  it.each(['status', 'state', 'result', 'outcome', 'migration_status', 'Migration State', 'migrationResult'])(
    'called %s has a state',
    (column) => {
      expect([counts(column, 'applied'), counts(column, null), counts(column, 'failed')]).toEqual([true, true, false]);
    },
  );

  it.each([
    ...['finished', 'applied', 'executed', 'completed', 'migrated', 'deployed', 'installed', 'ran', 'done'],
    ...['finished_at', 'applied_on', 'executed_date', 'deployed_time', 'is_applied', 'run_at'],
    ...['success', 'is_success', 'succeeded', 'successful', 'isSuccessful'],
  ])('called %s has what says that it is over', (column) => {
    expect([counts(column, now), counts(column, 1), counts(column, null), counts(column, 0)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ...['rolled_back', 'rolled_back_at', 'rolledBackOn', 'reverted', 'reverted_at', 'undone', 'failed', 'is_failed'],
    ...['failed_at', 'error', 'error_message', 'error_text', 'is_reverted'],
  ])('called %s has what undoes it', (column) => {
    expect([counts(column, null), counts(column, ''), counts(column, now), counts(column, 'yes')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ...['status_code', 'last_status', 'migration_statuses', 'applied_by', 'not_applied', 'ran_in', 'last_run_at'],
    ...['run_at_host', 'unsuccessful', 'success_count', 'was_success', 'failed_by', 'unfailed', 'last_error', 'errors'],
    ...['error_message_id', 'rolled_back_by', 'not_reverted', 'checksum'],
  ])('called %s says nothing', (column) => {
    expect(counts(column, 'failed')).toBe('not read');
    // Where it is there all the same, it changes nothing.
    expect(parseOtherRows(['name', column], [['1_a', 'failed']])).toEqual(['1_a']);
  });

  it.each([
    ...['migration_name', 'name', 'migration', 'folder_name', 'folder', 'file_name', 'file', 'path', 'script'],
    ...['id', 'migration_id', 'version', 'key', 'tag'],
  ])('called %s has the names', (column) => {
    expect(parseOtherRows(selectOtherColumns([column]), [['20260102093000_init']])).toEqual(['20260102093000_init']);
  });

  it.each(['id', 'migration_id', 'version', 'key', 'tag'])(
    'called %s may have numbers, or marks of its own',
    (column) => {
      for (const value of ['7', 'x20260102093000', '2026010209300012', 'v7_init', '7_ ', '7_']) {
        expect(parseOtherRows([column], [[value]]), value).toBeNull();
      }
      expect(parseOtherRows([column], [['20260102093000']])).toEqual(['20260102093000']);
    },
  );

  it('that is surer is taken before one that is less, whatever their order', () => {
    const row = (...names: readonly string[]) => parseOtherRows(names, [names.map((name) => `1_${name}`)]);
    expect(row('script', 'path', 'file', 'folder', 'name', 'migration_name')).toEqual(['1_migration_name']);
    expect(row('id', 'tag', 'script')).toEqual(['1_script']);
    expect(row('tag', 'version', 'id')).toEqual(['1_id']);
  });
});

describe('a state', () => {
  it.each([
    ...['not applied', 'unapplied', 'incomplete', 'FAILED', 'failure', 'error', 'err: no', 'run', 'running', 'started'],
    ...[
      'begun',
      'in progress',
      'IN_PROGRESS',
      'rolled back',
      'reverted',
      'aborted',
      'cancelled',
      'interrupted',
      'down',
    ],
    ...['partially', 'queued', 'waiting', 'skipped', 'ignored', 'todo', 'new', 'dirty', 'blocked', 'scheduled'],
    ...['planned', 'dry run', 'pending', 'now migrating', 'no', 'false', 'n', 'F', '0', ' 0 '],
  ])('of %s is not applied', (value) => {
    expect(counts('status', value)).toBe(false);
  });

  it.each(['applied', 'success', 'OK', 'done', 'up', 'finished', 'backfilled', 'complete', 'renewed', 'ingest', '1'])(
    'of %s is',
    (value) => {
      expect(counts('status', value)).toBe(true);
    },
  );

  it('is that of every column: one that says no is enough', () => {
    const columns = ['name', 'status', 'finished_at', 'rolled_back_at'];
    const applied = (...row: readonly Value[]) => parseOtherRows(columns, [['1_a', ...row]])?.length === 1;
    expect([
      applied('applied', now, null),
      applied('failed', now, null),
      applied('applied', null, null),
      applied('applied', now, now),
    ]).toEqual([true, false, false, false]);
  });

  it('of a time in words is one that is over, whatever words it has', () => {
    expect(counts('finished_at', 'Fri Jan 02 2026 09:30:00 GMT-0330 (Newfoundland Standard Time)')).toBe(true);
    expect(counts('finished', 'pending')).toBe(false);
    expect(counts('finished', 'yes')).toBe(true);
  });

  it('in bytes is there where there are any', () => {
    expect([counts('failed', new Uint8Array()), counts('failed', new Uint8Array([49]))]).toEqual([true, false]);
  });
});

it.each([
  ['prisma/migrations/1_a/migration.sql', '1_a'],
  ['prisma/migrations/1_a/MIGRATION.SQL', '1_a'],
  ['prisma/migrations/1_a//', '1_a'],
  ['1_a.SQL', '1_a'],
  ['migrations\\1_a\\migration.sql', '1_a'],
  ['  1_a\n', '1_a'],
  ['1_a.sql.bak', '1_a.sql.bak'],
  ['1_migration.sql_x', '1_migration.sql_x'],
  ['x/1_a/migration.sql.sql', 'migration.sql'],
])('the migration in %j is %s', (value, name) => {
  expect(parseOtherRows(['name'], [[value]])).toEqual([name]);
});
