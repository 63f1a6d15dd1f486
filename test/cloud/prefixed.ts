/** The database that `npm run test:cloud` was given: whatever a story makes there has a prefix of its own. */

import { openMirror } from '../../src/adapters/embedded/mirror.ts';
import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import { parseTarget } from '../../src/adapters/files/target.ts';
import { openServer } from '../../src/adapters/hrana/database.ts';
import { type ApplyInput, applyMigrations } from '../../src/apply/apply.ts';
import { type Consent, parseConsents } from '../../src/consents/consent.ts';
import type { MigrationSource } from '../../src/index.ts';
import type { Database, Outside, Value } from '../../src/ports.ts';
import { keepWithin } from '../../src/sandbox/within.ts';
import { Secret } from '../../src/target/secret.ts';
import { createOutside } from '../../src/wiring.ts';

const { MIGRATE_PROD_CLOUD_URL = '', MIGRATE_PROD_CLOUD_TOKEN, MIGRATE_PROD_CLOUD_PREFIX = '' } = process.env;

export const cloud = { url: MIGRATE_PROD_CLOUD_URL, token: MIGRATE_PROD_CLOUD_TOKEN };

export interface Story {
  /** Of all names. */
  readonly prefix: string;
  readonly database: Database;
  readonly outside: Outside;
  /** Another connection. */
  open(): Promise<Database>;
  /** Names of the contract's stories, with the prefix. */
  prefixed(sql: string): string;
  migrations(sources: readonly MigrationSource[]): ApplyInput['migrations'];
  apply(
    sources: readonly MigrationSource[],
    more?: Partial<Pick<ApplyInput, 'rows' | 'expectedPlan' | 'backup'>> & {
      readonly allow?: readonly string[];
      readonly through?: Database;
    },
  ): ReturnType<typeof applyMigrations>;
  /** Runs them in order, each in autocommit. @returns the rows of the last. */
  sql(...statements: readonly string[]): Promise<readonly (readonly Value[])[]>;
  close(): Promise<void>;
}

/** The names that the stories use, as they stand in SQL. */
const names = /"(new_)?(Parent(?:_name_idx)?|Cascading|Nulling|Defaulting|Restricting|Later)"/g;

let stories = 0;

export async function beginStory(): Promise<Story> {
  if (!/^mp_cloud_[0-9a-f]{8}_$/.test(MIGRATE_PROD_CLOUD_PREFIX)) throw new Error('Run it by npm run test:cloud.');
  stories += 1;
  const prefix = `${MIGRATE_PROD_CLOUD_PREFIX}${stories}_`;
  const tracker = { name: `${prefix}migrations` };
  const { target } = parseTarget(cloud.url, process.cwd());
  if (target.type !== 'server') throw new Error('MIGRATE_PROD_CLOUD_URL names a file.');
  const secret = cloud.token ? new Secret(cloud.token.trim()) : null;
  const base = createOutside('contract@cloud', 'test');
  const outside: Outside = { ...base, tracker, openMirror: (options) => openMirror({ ...options, tracker }) };
  const options = { target, token: secret, timeoutSeconds: 60, clock: base.clock, tracker };
  const open = async () => keepWithin(await openServer(options));
  const database = await open();
  const opened = [database];
  const prefixed = (sql: string) => sql.replace(names, (_, fresh = '', name) => `"${prefix}${fresh}${name}"`);
  const migrations = (sources: readonly MigrationSource[]) =>
    sources.map(({ name, sql }) => migrationFromText(name, prefixed(sql)));
  const sql = async (...statements: readonly string[]) => {
    const outcome = await database.execute(
      statements.map((text, step) => ({
        sql: prefixed(text),
        ...(step === 0 ? {} : { condition: { type: 'ok' as const, step: step - 1 } }),
      })),
    );
    if (outcome.type !== 'ran') throw new Error(outcome.message);
    const failed = outcome.replies.find((reply) => reply.type === 'error');
    if (failed?.type === 'error') throw new Error(failed.message);
    const last = outcome.replies.at(-1);
    return last?.type === 'rows' ? last.rows : [];
  };
  return {
    prefix,
    database,
    outside,
    prefixed,
    migrations,
    sql,
    open: async () => {
      const other = await open();
      opened.push(other);
      return other;
    },
    apply: (sources, { allow = [], through = database, ...more } = {}) => {
      const consents: readonly Consent[] = parseConsents(allow);
      return applyMigrations({
        database: through,
        migrations: migrations(sources),
        outside,
        consents,
        timeoutSeconds: 60,
        confirm: async () => ({ type: 'yes', consents: [] }),
        ...more,
      });
    },
    close: async () => {
      await removeOwn(prefix, sql);
      for (const each of opened) await each.close();
    },
  };
}

/** The next story begins in a database without this one's tables. */
async function removeOwn(prefix: string, sql: Story['sql']): Promise<void> {
  const order = `CASE type WHEN 'trigger' THEN 0 WHEN 'view' THEN 1 WHEN 'index' THEN 2 ELSE 3 END`;
  const own = await sql(
    `SELECT type, name FROM sqlite_schema WHERE substr(name, 1, ${prefix.length}) = '${prefix}' AND sql IS NOT NULL ORDER BY ${order}`,
  );
  if (own.length === 0) return;
  const drops = own.map(([type, name]) => `DROP ${String(type).toUpperCase()} IF EXISTS "${name}"`);
  await sql('PRAGMA foreign_keys=OFF', ...drops);
}
