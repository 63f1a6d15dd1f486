/** What the library gives in words, as it is inside. */

import { migrationFromText } from '../../src/adapters/files/migrations.ts';
import { parseTarget } from '../../src/adapters/files/target.ts';
import { parseWrittenConsents } from '../../src/consents/written-consents.ts';
import type { MigrationSource } from '../../src/index.ts';
import { makeSteadyPlan } from '../../src/plan/make-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { createOutside, openDatabase } from '../../src/wiring.ts';

/** The plan of a target without a token. */
export async function planInside(url: string, sources: readonly MigrationSource[]): Promise<Plan> {
  const { target } = parseTarget(url, process.cwd());
  const database = await openDatabase({ target, token: null, timeoutSeconds: 60, create: 'must-exist' });
  const migrations = sources.map(({ name, sql, allow = '' }) => ({
    ...migrationFromText(name, sql),
    ...parseWrittenConsents(allow, { path: `${name}/migrate-prod.allow`, migration: name }),
  }));
  try {
    return (await makeSteadyPlan({ database, migrations, outside: createOutside('', '') })).plan;
  } finally {
    await database.close();
  }
}
