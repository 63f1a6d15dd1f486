/** `backfill`: records as applied, without running. */

import { printable } from '../../adapters/terminal/printable.ts';
import type { HistoryEntry } from '../../core/migrations/history.ts';
import { backfillMigrations } from '../../operations/backfill.ts';
import { createOutside } from '../../wiring.ts';
import { askYes, canAsk, tell } from '../ask.ts';
import type { Report, Run } from '../context.ts';
import { refuseInterrupted } from '../interruption.ts';
import { renderBackfilled, renderBackfillQuestion } from '../render/backfill.ts';
import { count } from '../render/layout.ts';
import { withProject } from '../session.ts';
import { usage } from '../usage.ts';

export interface BackfillFlags {
  readonly name: string | undefined;
  readonly undo: string | undefined;
}

export async function runBackfill(run: Run, { name, undo }: BackfillFlags): Promise<Report> {
  if (name !== undefined && undo !== undefined) {
    throw usage('backfill records one migration or takes one back, not both.', `migrate-prod backfill --undo ${undo}`);
  }
  const direction = undo === undefined ? 'record' : 'undo';
  return withProject(run, 'writing', async ({ database, migrations }) => {
    const target = database.target.name;
    const result = await backfillMigrations({
      database,
      migrations,
      outside: createOutside('', ''),
      name: undo ?? name ?? null,
      direction,
      confirm: async (_, entries) => {
        const answer = await confirm(run, entries, direction, target);
        if (answer === 'yes') run.progress.wait(`Writing to the tracker of ${target}`);
        return answer;
      },
    });
    return {
      exitCode: result.error?.exitCode ?? 0,
      text: (screen) => renderBackfilled(result, target, screen),
      json: () => ({
        outcome: result.outcome,
        names: result.names,
        requests: database.requests(),
      }),
      error: result.error,
    };
  });
}

async function confirm(
  run: Run,
  entries: readonly HistoryEntry[],
  direction: 'record' | 'undo',
  target: string,
): Promise<'yes' | 'no' | 'cannot-ask'> {
  refuseInterrupted(run);
  if (run.options.yes === true) return 'yes';
  if (!canAsk(run)) return 'cannot-ask';
  tell(run, renderBackfillQuestion(entries, direction, target, run.conversation));
  const what = count(entries.length, 'migration');
  const question =
    direction === 'record'
      ? `Record ${what} as applied in ${printable(target)}, without running anything?`
      : `Take the record of ${what} back in ${printable(target)}?`;
  return (await askYes(run, question)) ? 'yes' : 'no';
}
