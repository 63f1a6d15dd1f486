/** `backfill` as people read it. */

import { printable } from '../../adapters/terminal/printable.ts';
import type { Screen } from '../../adapters/terminal/streams.ts';
import { listSome } from '../../core/text/list.ts';
import type { BackfillConsent, BackfillQuestion, BackfillResult } from '../../operations/backfill.ts';
import type { BackfillAction, BackfillItem } from '../../operations/backfill-choice.ts';
import { renderDifferences, sideNames } from './drift.ts';
import { count, fitLine, hang, joinParts, renderTitle } from './layout.ts';

/** What is about to be written. */
export function renderBackfillQuestion(
  { items, proof, foreign }: BackfillQuestion,
  target: string,
  screen: Screen,
): string {
  const rows = items.map((item) => `  ● ${fitLine(printable(`${item.name}${remarkOn(item)}`), 4, screen)}`);
  const [first] = items;
  const taken =
    foreign?.names == null ? [] : [`These names are in "${printable(foreign.table)}", the tracker of another tool.`];
  const proven = proof.proven ? [provenWords[first?.action ?? 'record']] : [];
  const unseen =
    proof.rowsUnseen.length === 0
      ? []
      : [
          `${printable(listSome(proof.rowsUnseen))} ${proof.rowsUnseen.length === 1 ? 'changes' : 'change'} rows: whether that happened in production, no schema shows.`,
        ];
  return `${joinParts([
    [renderTitle(target, screen)],
    rows,
    ...[...taken, explanations[first?.action ?? 'record'], ...proven, ...unseen].map((text) => wrap(text, screen)),
  ])}\n`;
}

function remarkOn({ entry, action }: BackfillItem): string {
  if (entry.recordedAs !== null) return `  (its file is recorded as ${entry.recordedAs})`;
  return action === 'roll-back' ? '  (begun and never finished)' : '';
}

const explanations: Readonly<Record<BackfillAction, string>> = {
  record: 'They are recorded as applied, and none of their statements is run.',
  accept: 'The checksum in the tracker becomes that of the present file; the old one stays in its logs.',
  'roll-back': 'It is marked as rolled back, so that the next apply runs it from its beginning.',
  'take-back':
    'Only the record is taken back, nothing else: the migration is pending again, and the next apply runs it.',
};

const provenWords: Readonly<Record<BackfillAction, string>> = {
  record: 'Proven: the migrations, replayed, make exactly what production has.',
  accept: 'Proven: the migrations, replayed, make exactly what production has.',
  'roll-back': 'Proven: production is exactly what the other migrations make, so this one left nothing.',
  'take-back': '',
};

/** What a consent is asked for. */
export function renderBackfillConsent(code: BackfillConsent, { proof }: BackfillQuestion, screen: Screen): string {
  if (code === 'replace-tracker') {
    const text =
      'The table "_prisma_migrations" is not Prisma\'s. It is kept under another name, with all its rows, and Prisma\'s is made in its place.';
    return `${wrap(text, screen).join('\n')}\n\n`;
  }
  const { differences, reason } = proof;
  const head =
    reason === null
      ? `Not proven: production differs from what the migrations make`
      : `Not proven: ${printable(reason)}.`;
  const lines = renderDifferences(differences.slice(0, 10), sideNames['production-migrations'], screen);
  const more =
    differences.length > 10 ? [`    … and ${differences.length - 10} more (migrate-prod drift shows all)`] : [];
  return `${[...wrap(head, screen), ...lines, ...more].join('\n')}\n\n`;
}

function wrap(text: string, screen: Screen): readonly string[] {
  return text === '' ? [] : hang(text, 0, 2, screen).map((line) => `  ${line}`);
}

/** What was written; empty where that went wrong. */
export function renderBackfilled({ outcome, names }: BackfillResult, target: string, screen: Screen): string {
  const title = [renderTitle(target, screen)];
  const { green } = screen.paint;
  const rows = (symbol: string, state: string) => names.map((name) => `  ${symbol} ${printable(name)}  ${state}`);
  switch (outcome) {
    case 'nothing-to-do':
      return joinParts([title, [`  ${green('Nothing to do: all of it is recorded already.')}`]]);
    case 'recorded':
      return joinParts([
        title,
        rows('●', 'recorded'),
        [`  ${count(names.length, 'migration')} recorded, nothing was run.`],
      ]);
    case 'rolled-back':
      return joinParts([title, rows('○', 'rolled back'), ['  It may run again; nothing else was changed.']]);
    case 'undone':
      return joinParts([
        title,
        rows('○', 'pending again'),
        [`  ${count(names.length, 'record')} taken back, nothing else was changed.`],
      ]);
    default:
      return '';
  }
}
