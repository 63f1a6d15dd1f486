/** The difference between production's resulting schema and the rehearsal's, after the guard inside the transaction found one. */

import { MigrateError } from '../errors.ts';
import type { Migration } from '../history/migration.ts';
import { fillMirror, readObjects } from '../mirror/mirror.ts';
import { analyseMigration } from '../plan/analyse.ts';
import type { Planned } from '../plan/plan-database.ts';
import { findKnownIndexes } from '../plan/preserve/known-indexes.ts';
import { findPreserver, rehearse } from '../plan/rehearse/rehearse.ts';
import type { Outside } from '../ports.ts';
import { isCompared, type SchemaObject } from '../schema/model/objects.ts';

/**
 * @param migrations the whole folder.
 * @param name the migration that ended differently.
 * @param actual the schema as it left it, read before the rollback; null when it could not be read.
 * @returns a text that starts with a line end, or an empty one.
 */
export async function describeUnrehearsed(
  { plan, production }: Planned,
  outside: Outside,
  migrations: readonly Migration[],
  name: string,
  actual: readonly SchemaObject[] | null,
): Promise<string> {
  if (actual === null) return '';
  const upTo = plan.migrations.slice(0, plan.migrations.findIndex((migration) => migration.name === name) + 1);
  const analysed = upTo.flatMap((planned) => {
    const migration = migrations.find((candidate) => candidate.name === planned.name);
    return migration ? [analyseMigration(migration)] : [];
  });
  const mirror = await outside.openMirror();
  try {
    fillMirror(mirror, production.schema);
    await rehearse(mirror, analysed, {
      isKnownIndex: findKnownIndexes(migrations),
      openPreserver: findPreserver(analysed),
      watch: null,
      target: plan.target.type,
      isWhole: false,
    });
    const isOurs = (object: SchemaObject) => isCompared(object, production.schema.tracker);
    const expected = new Map(
      readObjects(mirror)
        .filter(isOurs)
        .map((object) => [keyOf(object), object.sql ?? '']),
    );
    const found = new Map(actual.filter(isOurs).map((object) => [keyOf(object), object.sql ?? '']));
    const keys = [...new Set([...expected.keys(), ...found.keys()])].filter(
      (key) => expected.get(key) !== found.get(key),
    );
    return keys
      .slice(0, 5)
      .map(
        (key) =>
          `\n${key}\n  rehearsal:  ${expected.get(key) ?? '(absent)'}\n  production: ${found.get(key) ?? '(absent)'}`,
      )
      .join('');
  } catch (error) {
    // What happened is told all the same, also after Ctrl-C.
    if (error instanceof MigrateError) return '';
    throw error;
  } finally {
    mirror.close();
  }
}

function keyOf(object: SchemaObject): string {
  return `${object.type} ${object.name}`;
}
