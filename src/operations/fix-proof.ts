/** The SQL of `drift --fix`, and its proof: the folder with it, replayed, has to be production's schema. */

import type { Migration } from '../core/migrations/migration.ts';
import { analyseMigration } from '../core/plan/analyse.ts';
import { compareSchemas } from '../core/schema/compare.ts';
import { describeDifference } from '../core/schema/difference.ts';
import { buildFix, renderFix } from '../core/schema/fix.ts';
import type { Schema } from '../core/schema/objects.ts';
import { listSome } from '../core/text/list.ts';
import { MigrateError } from '../errors.ts';
import type { DriftInput, DriftWithSides } from './drift.ts';
import { readMirrorSchema, replay } from './replay.ts';
import { describeReplayFailure, selectSchema } from './sides.ts';

/**
 * @returns the text of a migration.sql.
 * @throws MigrateError FIX_IMPOSSIBLE
 */
export async function buildProvenFix(input: DriftInput, { sides, history }: DriftWithSides): Promise<string> {
  const { folder, production } = sides;
  if (folder.type === 'unknown') throw impossible(`The migrations cannot be replayed: ${folder.reason}`);
  const differences = compareSchemas(folder.schema.objects, production.objects, 'everything');
  const { steps, impossible: blocked } = buildFix(folder.schema, production, differences);
  if (blocked.length > 0) {
    throw impossible(
      `No migration can be written for ${blocked.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`,
    );
  }
  const sql = renderFix(steps);
  const fix: Migration = { name: 'fix', checksum: '', alternativeChecksums: [], sql, path: 'the new migration' };
  const refused = analyseMigration(fix).blockers[0];
  if (refused) throw impossible(`The new migration would not run: ${refused.message.replace(/\.$/, '')}`);
  const recorded = history.entries.flatMap(({ migration }) => migration ?? []);
  const failure = await findProofFailure(input, [...recorded, fix], production);
  if (failure !== null) throw impossible(`The new migration would not make what production has: ${failure}`);
  return sql;
}

/** @returns why the migrations do not make the schema; null when they do. */
async function findProofFailure(
  { outside, externalTables }: DriftInput,
  migrations: readonly Migration[],
  production: Schema,
): Promise<string | null> {
  const mirror = await outside.openMirror();
  try {
    const failure = replay(mirror, migrations);
    if (failure !== null) return describeReplayFailure(failure);
    const made = selectSchema(readMirrorSchema(mirror), externalTables);
    const left = compareSchemas(production.objects, made.objects, 'everything');
    const sides = { left: 'production', right: 'the migrations' };
    return left.length === 0 ? null : listSome(left.map((difference) => describeDifference(difference, sides)));
  } finally {
    mirror.close();
  }
}

export function impossible(reason: string): MigrateError {
  return new MigrateError('FIX_IMPOSSIBLE', `${reason}. Nothing was written.`, 'migrate-prod drift');
}
