/** The SQL of `drift --fix`, and its proof: the folder with it, replayed, must make production's schema. */

import { MigrateError } from '../errors.ts';
import { tell } from '../findings/tell.ts';
import type { Migration } from '../history/migration.ts';
import { alignFreed, compareFreed } from '../mirror/reserved-index.ts';
import { analyseMigration, findBlockers } from '../plan/analyse.ts';
import { listDifferences } from '../replay/proof.ts';
import { replayAsFarAsPossible } from '../replay/replay.ts';
import {
  buildUnsureJudge,
  describeUnreplayed,
  describeUnsure,
  isUnrun,
  type UnsureJudge,
} from '../replay/unreplayed.ts';
import { buildFix, renderFix } from '../schema/fix/build-fix.ts';
import type { Schema } from '../schema/model/objects.ts';
import { selectSchema } from '../schema/model/selection.ts';
import { foldName } from '../sql/identifiers.ts';
import { command, writeProse } from '../text/prose.ts';
import { endless } from '../text/sentence.ts';
import type { DriftInput, DriftWithSides } from './drift.ts';

export type ProvenFix =
  /** The text of a migration.sql. */
  { readonly type: 'proven'; readonly sql: string } | { readonly type: 'impossible'; readonly error: MigrateError };

/** @throws MigrateError ENGINE_MISSING */
export async function proveFix(input: DriftInput, found: DriftWithSides): Promise<ProvenFix> {
  const refuse = (reason: string): ProvenFix => ({ type: 'impossible', error: impossible(reason) });
  const { sides, history } = found;
  const { folder, production } = sides;
  if (folder.type === 'unknown') return refuse(`The migrations cannot be replayed: ${folder.reason}`);
  if (folder.unsure === 'everything') {
    return refuse(`The migrations cannot be replayed: ${describeUnsure(folder.unsure, folder.unreplayed)}`);
  }
  const isDoubted = buildUnsureJudge(folder.unsure);
  const all = compareFreed(folder.schema, production);
  const differences = all.filter((difference) => !isDoubted(difference));
  const reserved = differences.find(({ name, right }) => right === null && folder.schema.freed.has(foldName(name)));
  if (reserved !== undefined) return refuse(describeReserved(folder.schema.freed.get(foldName(reserved.name)) ?? ''));
  const aligned = alignFreed(folder.schema, production);
  const from = takeDoubted(aligned.left, aligned.right, isDoubted);
  const { steps, impossible: blocked } = buildFix(from, aligned.right, differences);
  if (blocked.length > 0) {
    return refuse(
      `No migration can be written for ${blocked.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`,
    );
  }
  const sql = renderFix(steps);
  const fix: Migration = {
    name: 'fix',
    checksum: '',
    alternativeChecksums: [],
    consents: [],
    sql,
    path: 'the new migration',
  };
  const refused = findBlockers(analyseMigration(fix), production.tracker)[0];
  if (refused) return refuse(`The new migration would not run: ${endless(writeProse(tell(refused).message))}`);
  const recorded = history.entries.flatMap(({ migration }) => migration ?? []);
  const doubt = await findDoubt(input, production, [...recorded, fix], fix);
  if (doubt !== null) return refuse(`The new migration would not make what production has: ${doubt}`);
  return { type: 'proven', sql };
}

/** The schema, with objects in doubt replaced by those of the other schema: then no SQL is written about them. */
function takeDoubted(own: Schema, other: Schema, isDoubted: UnsureJudge): Schema {
  const sure = own.objects.filter((object) => !isDoubted(object));
  return { ...own, objects: [...sure, ...other.objects.filter(isDoubted)] };
}

/** @returns why the migrations do not make production's schema, apart from objects in doubt; null if they do */
async function findDoubt(
  { outside, migrations: folder, externalTables }: DriftInput,
  production: DriftWithSides['sides']['production'],
  migrations: readonly Migration[],
  fix: Migration,
): Promise<string | null> {
  const { schema, unreplayed, unsure } = await replayAsFarAsPossible(outside, migrations, { folder });
  const failed = unreplayed.find((one) => one.path === fix.path && isUnrun(one));
  if (failed !== undefined) return describeUnreplayed(failed);
  const isDoubted = buildUnsureJudge(unsure);
  const replayed = selectSchema(schema, { externalTables, ownTables: production.ownTables });
  const differences = compareFreed(production, replayed).filter((difference) => !isDoubted(difference));
  return differences.length === 0 ? null : listDifferences(differences);
}

function describeReserved(name: string): string {
  return `No migration can be written for ${name}, which production lacks: libSQL does not allow such an index name. Write a new migration that makes it over the same columns under another name, and name it in schema.prisma with map`;
}

export function impossible(reason: string): MigrateError {
  return new MigrateError('FIX_IMPOSSIBLE', `${reason}. Nothing was written.`, command('drift'));
}
