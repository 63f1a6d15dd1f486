/** `drift --fix` as people read it. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import type { Drift } from '../../../drift/drift.ts';
import type { FixQuestion, FixResult } from '../../../drift/fix.ts';
import { describeDifference } from '../../../schema/compare/difference.ts';
import { count } from '../../../text/count.ts';
import { listSome } from '../../../text/list.ts';
import { renderDifferences, sideNames } from './drift.ts';
import { fitLine, hang, joinParts, renderTitle } from './layout.ts';
import { renderWholeSource } from './sql.ts';

const longestMigration = 400;

/** The differences, and the migration that ends them. */
export function renderFixQuestion(question: FixQuestion, target: string, screen: Screen): string {
  const title = [renderTitle(target, screen)];
  if (question.type === 'record') {
    const text = 'Production has exactly what the pending migrations make: they are recorded, and nothing is run.';
    const rows = question.names.map((name) => `  ● ${fitLine(printable(name), 4, screen)}`);
    return `${joinParts([title, rows, hang(text, 0, 2, screen).map((line) => `  ${line}`)])}\n`;
  }
  const { differences, sql, unsure } = question;
  const but = unsure.length === 0 ? '' : `, except ${printable(listSome(unsure))}, which cannot be compared`;
  const said = `Proven: the migrations and this one, replayed, make exactly what production has${but}. Nothing of it is run in production.`;
  return `${joinParts([
    title,
    [
      `  ${screen.paint.bold('production ≠ migrations')}  ${count(differences.length, 'difference')}`,
      ...renderDifferences(differences, sideNames['production-migrations'], screen),
    ],
    renderMigration(sql, screen),
    hang(said, 0, 2, screen).map((line) => `  ${line}`),
  ])}\n`;
}

/** Empty if writing failed. @param prisma how this user starts Prisma: `npx prisma`, `pnpm prisma`. */
export function renderFixed(result: FixResult, target: string, prisma: string, screen: Screen): string {
  const { outcome, names, path, drift } = result;
  const { green } = screen.paint;
  const title = [renderTitle(target, screen)];
  switch (outcome) {
    case 'nothing-to-do':
      return joinParts([
        title,
        hang(`Nothing to fix: production has what the migrations make.${describePending(drift)}`, 0, 2, screen).map(
          (line) => `  ${green(line)}`,
        ),
        ...renderRest(drift, prisma, screen),
      ]);
    // Without a terminal nobody has seen it.
    case 'declined':
      return result.sql === null || result.error?.code !== 'CONFIRMATION_MISSING'
        ? ''
        : joinParts([title, renderMigration(result.sql, screen)]);
    case 'recorded':
      return joinParts([
        title,
        names.map((name) => `  ● ${fitLine(printable(name), 16, screen)}  backfilled`),
        [`  ${count(names.length, 'migration')} recorded; nothing was run.`],
        ...renderRest(drift, prisma, screen),
      ]);
    case 'written':
      return joinParts([
        title,
        [`  ${green('✔')} ${printable(path ?? '')}`, '    written, and recorded as backfilled; nothing was run.'],
        renderSource(result.sql ?? '', screen),
        ...renderRest(drift, prisma, screen),
        [
          ...hang('Commit the new folder. For a local database that has the change already:', 0, 2, screen).map(
            (line) => `  ${line}`,
          ),
          `  ${prisma} migrate resolve --applied ${printable(names[0] ?? '')}`,
        ],
      ]);
    default:
      return '';
  }
}

const mostShown = 20;

function describePending({ pending }: Drift): string {
  return pending.length === 0 ? '' : ` ${count(pending.length, 'migration')} yet to apply.`;
}

function renderMigration(sql: string, screen: Screen): readonly string[] {
  return [`  ${screen.paint.bold('The new migration')}`, ...renderSource(sql, screen)];
}

function renderSource(sql: string, screen: Screen): readonly string[] {
  return renderWholeSource(sql.trimEnd(), 1, screen, longestMigration);
}

/** Differences between production and schema.prisma, which the new migration does not change. */
function renderRest({ pairs }: Drift, prisma: string, screen: Screen): readonly (readonly string[])[] {
  const rest = pairs.find(({ pair }) => pair === 'production-schema')?.differences ?? [];
  if (rest.length === 0) return [];
  const shown = rest.slice(0, mostShown);
  const lines = shown.flatMap((difference) =>
    hang(printable(describeDifference(difference, sideNames['production-schema'])), 2, 4, screen).map(
      (line) => `    ${line}`,
    ),
  );
  const more = rest.length > shown.length ? [`    … and ${rest.length - shown.length} more`] : [];
  const way = `To keep what production has, change schema.prisma (${prisma} db pull does, on a local database).`;
  const end = hang(way, 0, 2, screen).map((line) => `  ${line}`);
  return [['  schema.prisma still differs from production:', ...lines, ...more, ...end]];
}
