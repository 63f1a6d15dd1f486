/** Plans on a production, by the real engine. */

import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import type { Migration } from '../../src/history/migration.ts';
import { makePlan, type PlanInput } from '../../src/plan/make-plan.ts';
import type { Planned } from '../../src/plan/plan-database.ts';
import { createOutside } from '../../src/wiring.ts';
import { createdTracker, openProductionFile, startTestClock, type TestProduction } from '../apply/production.ts';

/** By name, in their order. */
export type Files = Readonly<Record<string, string>>;

export const migrationsOf = (files: Files): readonly Migration[] =>
  Object.entries(files).map(([name, sql]) => migrationFromText(name, sql));

export const testOutside = () => ({ ...createOutside('me@here', '1.2.3'), clock: startTestClock() });

/** Mirrors on which every statement of a file meets a bug of this program. @returns them, and how many are open. */
export function brokenMirrors() {
  let open = 0;
  const openMirror = async () => {
    const mirror = await testOutside().openMirror();
    open += 1;
    const close = mirror.close.bind(mirror);
    mirror.close = () => {
      open -= 1;
      close();
    };
    mirror.attempt = () => Promise.reject(new TypeError('a bug'));
    return mirror;
  };
  return { outside: { ...testOutside(), openMirror }, countOpen: () => open };
}

export async function planOn(
  production: TestProduction,
  files: Files,
  more: Partial<PlanInput> = {},
): Promise<Planned> {
  return makePlan({
    database: production.database,
    migrations: migrationsOf(files),
    outside: testOutside(),
    ...more,
  });
}

type State = 'applied' | 'backfilled' | 'failed' | 'open';

/** The row of a migration; `at` is when it was finished, or rolled back. */
export function rowOf({ name, checksum }: Pick<Migration, 'name' | 'checksum'>, state: State, at = 5): string {
  const finished = state === 'applied' || state === 'backfilled' ? at : 'NULL';
  const rolledBack = state === 'failed' ? at : 'NULL';
  const steps = state === 'applied' ? 1 : 0;
  return `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, rolled_back_at, applied_steps_count) VALUES ('row of ${name}', '${checksum}', '${name}', 1, ${finished}, ${rolledBack}, ${steps})`;
}

/** Production as these files made it, all recorded. @param schema more statements, that no file has. */
export async function openApplied(
  files: Files,
  schema: readonly string[] = [],
  state: State = 'applied',
): Promise<TestProduction> {
  const migrations = migrationsOf(files);
  const statements = migrations.flatMap(({ sql }) => sql.split(';\n').filter((one) => one.trim() !== ''));
  return openProductionFile(createdTracker, ...statements, ...schema, ...migrations.map((each) => rowOf(each, state)));
}

/** `kind code@line` of every finding, the migrations' first. */
export function findingsOf({ plan }: Planned): readonly string[] {
  return [...plan.migrations.flatMap(({ findings }) => findings), ...plan.findings].map(
    ({ kind, code, place }) => `${kind} ${code}${place.line === null ? '' : `@${place.line}`}`,
  );
}
