/** The SQL of `drift --fix`, and its proof: the folder with it, replayed, has to be production's schema. */

import type { Migration } from '../core/migrations/migration.ts';
import { analyseMigration } from '../core/plan/analyse.ts';
import { compareSchemas } from '../core/schema/compare.ts';
import { buildFix, renderFix } from '../core/schema/fix.ts';
import { endless } from '../core/text/sentence.ts';
import { MigrateError } from '../errors.ts';
import type { DriftInput, DriftWithSides } from './drift.ts';
import { describeDoubt, proveSchema } from './proof.ts';

export type ProvenFix =
  /** The text of a migration.sql. */
  { readonly type: 'proven'; readonly sql: string } | { readonly type: 'impossible'; readonly error: MigrateError };

/** @throws MigrateError ENGINE_MISSING */
export async function proveFix(input: DriftInput, found: DriftWithSides): Promise<ProvenFix> {
  const refuse = (reason: string): ProvenFix => ({ type: 'impossible', error: impossible(reason) });
  const { sides, history } = found;
  const { folder, production } = sides;
  if (folder.type === 'unknown') return refuse(`The migrations cannot be replayed: ${folder.reason}`);
  const differences = compareSchemas(folder.schema.objects, production.objects, 'everything');
  const { steps, impossible: blocked } = buildFix(folder.schema, production, differences);
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
  const refused = analyseMigration(fix).blockers[0];
  if (refused) return refuse(`The new migration would not run: ${endless(refused.message)}`);
  const recorded = history.entries.flatMap(({ migration }) => migration ?? []);
  const proof = await proveSchema({ ...input, production: found.production }, [...recorded, fix]);
  const isExact = proof.reason === null && proof.differences.length === 0;
  if (!isExact) return refuse(`The new migration would not make what production has: ${describeDoubt(proof)}`);
  return { type: 'proven', sql };
}

export function impossible(reason: string): MigrateError {
  return new MigrateError('FIX_IMPOSSIBLE', `${reason}. Nothing was written.`, 'migrate-prod drift');
}
