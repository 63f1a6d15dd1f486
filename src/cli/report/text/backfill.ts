/** `backfill` as people read it. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import { measureWidth, padToWidth } from '../../../adapters/terminal/width.ts';
import type { BackfillQuestion, BackfillResult } from '../../../backfill/backfill.ts';
import type { BackfillProof } from '../../../backfill/backfill-proof.ts';
import type { BackfillAction, BackfillItem } from '../../../backfill/choice.ts';
import type { BackfillConsent } from '../../../findings/codes.ts';
import { count } from '../../../text/count.ts';
import { listSome } from '../../../text/list.ts';
import { command, say, type Written } from '../../../text/prose.ts';
import { renderDifferences, sideNames } from './drift.ts';
import { describeBesides, fitLine, fitName, hang, joinParts, renderNext, renderTitle, writeFor } from './layout.ts';

/** Words for migrations that need the same consent: in the question, and once the record is written. */
interface ConsentWords {
  /** Above their names, before it is done. */
  readonly explains: string;
  readonly asks: (many: string) => string;
  readonly symbol: string;
  /** Behind each name, once it is done. */
  readonly state: string;
  readonly says: (many: string) => string;
}

const words: Readonly<Record<BackfillAction, ConsentWords>> = {
  record: {
    explains: 'These will be recorded as applied; none of their statements is run:',
    asks: (many) => `record ${many} as applied`,
    symbol: '●',
    state: 'backfilled',
    says: (many) => `${many} recorded; nothing was run.`,
  },
  rename: {
    explains: 'Their files ran under another name. Their records get the new name; none of their statements is run:',
    asks: (many) => `give the record of ${many} its new name`,
    symbol: '✔',
    state: 'recorded under this name',
    says: (many) => `The record of ${many} has the new name; nothing was run.`,
  },
  accept: {
    explains: "Their present file is accepted as what ran; the old checksum stays in the tracker's logs:",
    asks: (many) => `accept the present file of ${many}`,
    symbol: '✔',
    state: 'accepted',
    says: (many) => `The present file of ${many} was accepted; nothing was run.`,
  },
  'roll-back': {
    explains: 'It will be marked as rolled back, so that the next apply runs it from the beginning:',
    asks: (many) => `mark ${many} as rolled back`,
    symbol: '○',
    state: 'rolled back',
    says: () => 'It may run again; nothing else was changed.',
  },
  'take-back': {
    explains: 'Only the record is undone, nothing else: the migration is pending again, and the next apply runs it:',
    asks: (many) => `undo the record of ${many}`,
    symbol: '○',
    state: 'pending again',
    says: (many) => `The record of ${many} was undone; nothing else was changed.`,
  },
};

function groupByAction(
  items: readonly BackfillItem[],
): readonly (readonly [BackfillAction, readonly BackfillItem[]])[] {
  const actions = [...new Set(items.map(({ action }) => action))];
  return actions.map((action) => [action, items.filter((item) => item.action === action)] as const);
}

export function renderBackfillQuestion(question: BackfillQuestion, target: string, screen: Screen): string {
  const { items, proof, other } = question;
  const groups = groupByAction(items).map(([action, own]) => [
    ...wrap(words[action].explains, screen),
    ...own.map((item) => `  ● ${fitLine(printable(`${item.name}${remarkOn(item)}`), 4, screen)}`),
  ]);
  const remarks = [
    other?.names ? `These names are in "${printable(other.table)}", the tracker of another tool.` : '',
    proof.proven ? explainProof(items) : '',
    proof.proven ? describeLost(proof, screen) : '',
  ];
  return `${joinParts([[renderTitle(target, screen)], ...groups, ...remarks.map((text) => wrap(text, screen))])}\n`;
}

function remarkOn({ entry, action }: BackfillItem): string {
  if (entry.recordedAs !== null) return `  (its file is recorded as ${entry.recordedAs})`;
  return action === 'roll-back' ? '  (started, never finished)' : '';
}

function explainProof(items: readonly BackfillItem[]): string {
  const [first] = items;
  if (first?.action === 'take-back') return '';
  if (first?.action === 'roll-back') {
    return 'Proven: production is exactly what the other migrations make, so this one left nothing.';
  }
  return items.every(({ entry }) => entry.state === 'renamed')
    ? 'Proven: the tracker has the checksum of exactly this file.'
    : 'Proven: the migrations, replayed, make exactly what production has.';
}

function renderNothing({ besides }: BackfillResult, screen: Screen): readonly string[] {
  const { paint } = screen;
  const how = describeBesides(besides);
  if (how === null) return [`  ${paint.green('Nothing to do: everything is recorded already.')}`];
  return wrap(`Nothing to record, but ${how}.`, screen).map(paint.yellow);
}

function plain(text: string): string {
  return text;
}

function describeRest(pending: number): string {
  if (pending === 0) return 'Production also has other things.';
  return `${count(pending, 'migration')} still to apply.`;
}

function describeLost({ lost }: BackfillProof, screen: Screen): string {
  if (lost.length === 0) return '';
  const list = listSome(lost.map(({ object, name, table }) => `${object} ${name} of ${table}`));
  return writeFor(
    say`Production has lost this in a table rebuild that another tool ran: ${printable(list)}. ${command('drift')} shows the SQL; DROP … IF EXISTS and CREATE in a new migration bring it back.`,
    screen,
  );
}

/** The last question: everything that a `y` does. */
export function renderQuestion({ items }: BackfillQuestion, target: string): string {
  const parts = groupByAction(items).map(([action, own]) => words[action].asks(count(own.length, 'migration')));
  const [first = '', ...rest] = parts.join(', and ');
  return `${first.toUpperCase()}${rest.join('')} in ${printable(target)}, without running anything?`;
}

export function renderBackfillConsent(code: BackfillConsent, { proof }: BackfillQuestion, screen: Screen): string {
  if (code === 'replace-tracker') {
    const text =
      'The table "_prisma_migrations" is not Prisma\'s. It is kept under another name, with all its rows, and Prisma\'s is made in its place.';
    return `${wrap(text, screen).join('\n')}\n\n`;
  }
  const lines = code === 'rows-unseen' ? wrap(describeRows(proof), screen) : renderDoubt(proof, screen);
  return `${lines.join('\n')}\n\n`;
}

function describeRows({ rowsUnseen }: BackfillProof): string {
  return `${printable(listSome(rowsUnseen, 10))} ${rowsUnseen.length === 1 ? 'changes' : 'change'} rows. The schema does not show whether that happened in production.`;
}

/** Beyond this many differences only their number is said. */
const mostShown = 40;

function renderDoubt({ differences, reason }: BackfillProof, screen: Screen): readonly string[] {
  const head =
    reason === null
      ? 'Not proven: production differs from what the migrations make.'
      : `Not proven: ${printable(reason)}.`;
  const lines = renderDifferences(differences.slice(0, mostShown), sideNames['production-migrations'], screen);
  const more = differences.length - mostShown;
  return [...wrap(head, screen), ...lines, ...(more > 0 ? [`    … and ${more} more (--json lists all)`] : [])];
}

function wrap(text: string, screen: Screen): readonly string[] {
  return text === '' ? [] : hang(text, 0, 2, screen).map((line) => `  ${line}`);
}

/**
 * Empty if writing failed.
 * @param next the command to run now; null where there is none.
 */
export function renderBackfilled(
  result: BackfillResult,
  { target, next }: { readonly target: string; readonly next: Written | null },
  screen: Screen,
): string {
  const { outcome, items, proof, keptAs, pending } = result;
  const title = [renderTitle(target, screen)];
  const width = Math.max(0, ...items.map(({ name }) => measureWidth(printable(name))));
  const states = Math.max(0, ...items.map(({ action }) => words[action].state.length));
  const room = screen.columns === null ? width : Math.max(12, screen.columns - 6 - states);
  switch (outcome) {
    case 'nothing-to-do':
      return joinParts([title, renderNothing(result, screen)]);
    case 'unproven':
      return proof === null || proof.proven ? '' : joinParts([title, renderDoubt(proof, screen)]);
    case 'recorded':
    case 'accepted':
    case 'rolled-back':
    case 'undone':
      return joinParts([
        title,
        items.map(
          ({ name, action }) =>
            `  ${words[action].symbol} ${padToWidth(fitName(name, room, screen), Math.min(width, room))}  ${words[action].state}`,
        ),
        groupByAction(items).map(([action, own]) => `  ${words[action].says(count(own.length, 'migration'))}`),
        ...[
          keptAs === null ? '' : `The table that was in the tracker's place is kept as "${printable(keptAs)}".`,
          proof !== null && proof.rowsUnseen.length > 0 ? describeRows(proof) : '',
          proof?.proven ? describeLost(proof, screen) : '',
        ].map((text) => wrap(text, screen)),
        next === null
          ? []
          : renderNext({ text: describeRest(pending), brush: plain }, { step: next, brush: screen.paint.cyan }, screen),
      ]);
    default:
      return '';
  }
}
