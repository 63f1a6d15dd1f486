/** Which statements of a request the server refuses, after it refused all of it. */

import type { AttemptedMigration } from '../../apply/batch.ts';
import { MigrateError } from '../../errors.ts';
import type { Finding } from '../../findings/catalogue.ts';
import { find } from '../../findings/finding.ts';
import { serverRefuses } from '../../findings/server-refuses.ts';
import type { Database } from '../../ports.ts';

/** The refusal of a whole batch names no statement; asking for each one does. */
export async function nameRefusals(
  database: Database,
  attempted: readonly AttemptedMigration[],
): Promise<readonly Finding[]> {
  const sent = attempted.flatMap(({ migration }) =>
    migration.statements
      .filter((statement) => statement.action === 'run')
      .flatMap((statement) =>
        [...statement.before, statement.sent, ...statement.after].map((text) => ({
          migration: migration.name,
          statement,
          text,
        })),
      ),
  );
  const refused = await askForRefusals(
    database,
    sent.map(({ text }) => text),
  );
  return sent.flatMap(({ migration, statement }, index): readonly Finding[] => {
    const reason = refused[index];
    if (reason === null || reason === undefined) return [];
    const { line, sql } = statement;
    return [find(serverRefuses, 'blocker', { migration, line, sql }, { what: 'server', said: reason })];
  });
}

/** The refusal itself is what counts; where asking again fails, it is told without names. */
async function askForRefusals(database: Database, statements: readonly string[]): Promise<readonly (string | null)[]> {
  try {
    return await database.parse(statements);
  } catch (error) {
    if (error instanceof MigrateError) return [];
    throw error;
  }
}
