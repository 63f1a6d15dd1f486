/** The proof behind a record: the migrations replayed make exactly the schema that production has. */

import type { Migration } from '../core/migrations/migration.ts';
import type { Production } from '../core/production.ts';
import { compareSchemas } from '../core/schema/compare.ts';
import type { Difference } from '../core/schema/difference.ts';
import type { Schema } from '../core/schema/objects.ts';
import type { Outside } from '../ports.ts';
import { readMirrorSchema, replay } from './replay.ts';
import { describeReplayFailure, selectSchema } from './sides.ts';

export interface Proof {
  readonly proven: boolean;
  /** Left is production, right what the migrations make. */
  readonly differences: readonly Difference[];
  /** Why the migrations could not be replayed; null when they were. */
  readonly reason: string | null;
}

export interface ProofInput {
  readonly outside: Outside;
  readonly production: Production;
  /** Tables that the user leaves to other tools. */
  readonly externalTables: readonly string[];
}

/** @param migrations in the order in which they are run. @throws MigrateError ENGINE_MISSING */
export async function proveSchema(input: ProofInput, migrations: readonly Migration[]): Promise<Proof> {
  const mirror = await input.outside.openMirror();
  try {
    const failure = replay(mirror, migrations);
    if (failure !== null) return { proven: false, differences: [], reason: describeReplayFailure(failure) };
    const differences = compareToProduction(input, readMirrorSchema(mirror));
    return { proven: differences.length === 0, differences, reason: null };
  } finally {
    mirror.close();
  }
}

/**
 * The longest beginning of the folder that makes production's schema.
 * @returns how many migrations that are; 0 where there is none.
 */
export async function findProvenPrefix(input: ProofInput, folder: readonly Migration[]): Promise<number> {
  const objects = selectSchema(input.production.schema, input.externalTables).objects.length;
  const mirror = await input.outside.openMirror();
  let longest = 0;
  try {
    for (const [index, migration] of folder.entries()) {
      if (replay(mirror, [migration]) !== null) break;
      const schema = selectSchema(readMirrorSchema(mirror), input.externalTables);
      if (schema.objects.length === objects && compareToProduction(input, schema).length === 0) longest = index + 1;
    }
    return longest;
  } finally {
    mirror.close();
  }
}

function compareToProduction({ production, externalTables }: ProofInput, schema: Schema): readonly Difference[] {
  const [left, right] = [selectSchema(production.schema, externalTables), selectSchema(schema, externalTables)];
  return compareSchemas(left.objects, right.objects, 'everything');
}
