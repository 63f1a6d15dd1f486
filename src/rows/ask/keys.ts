/** Whether foreign keys act while a migration runs. */

import type { AnalysedMigration } from '../../plan/analyse.ts';

/**
 * - `on`: what breaks one fails, and what one asks for is done
 * - `deferred`: the same, but what breaks one fails when the migration ends
 * - `off`: nothing is looked at, and nothing goes along
 */
export type Keys = 'on' | 'deferred' | 'off';

/** Of the whole migration: they are switched off around the transaction, or not at all. */
export function findKeys({ foreignKeysOff, foreignKeysDeferred }: AnalysedMigration): Keys {
  if (foreignKeysOff) return 'off';
  return foreignKeysDeferred ? 'deferred' : 'on';
}
