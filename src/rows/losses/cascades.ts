/** What a DELETE or UPDATE changes in other tables, by foreign keys and by triggers. */

import type { Finding } from '../../findings/catalogue.ts';
import { dataLoss } from '../../findings/data-loss.ts';
import type { Referring, ReferringRows } from '../../findings/data-loss-rows.ts';
import { find } from '../../findings/finding.ts';
import type { Loss } from '../../findings/loss.ts';
import type { DataGuard } from '../../plan/plan.ts';
import { isOfRowAlone } from '../../sql/delete-conditions.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { type DeleteParts, parseDelete, parseUpdate, type UpdateParts } from '../../sql/row-statements.ts';
import { sumCounts } from '../../text/count.ts';
import { askHeld } from '../constraints/referenced-rows.ts';
import { placeAt, type Scene, type StatementPlace } from '../context.ts';
import { followChanged, followDeleted, type Reached } from '../state/follow-keys.ts';
import { findKeys } from '../state/keys.ts';
import { type DeleteSeries, readsCleared } from './delete-series.ts';
import { writeAlongQuery } from './deleted-along.ts';
import { guardLoss } from './loss.ts';
import { askReplaced } from './replaced-rows.ts';
import { askTriggered, type Event } from './triggers.ts';

/** Tables that are asked and named one by one; the others together. */
const mostNamed = 8;

/** A longer question is not worth its price. */
const longestQuestion = 20_000;

/** For DELETE, UPDATE and INSERT. @returns what must hold before it. */
export function askCascades(scene: Scene, place: StatementPlace): readonly DataGuard[] {
  const { statement } = place;
  const { kind, sql } = statement;
  if (kind.type === 'insert') {
    return askTriggered(scene, place, [{ table: kind.table, verb: 'insert', columns: null, where: null }]);
  }
  if (kind.type !== 'delete' && kind.type !== 'update') return [];
  const { table } = kind;
  const update = kind.type === 'update' ? parseUpdate(sql) : null;
  const parts = kind.type === 'delete' ? parseDelete(sql) : update;
  const where = parts === null ? null : { text: `(${parts.where ?? '1'})`, compared: parts.where ?? '' };
  const columns = update?.assignments.map(({ column }) => column) ?? null;
  const first: Event = { table, verb: kind.type, columns, where };
  const isFollowed = findKeys(place.analysed) !== 'off' && scene.rows.find(table) !== null;
  const series = isFollowed && kind.type === 'delete' ? scene.deletes.find(scene, place) : null;
  if (series !== null) return askSeries(scene, place, table, parts, series);
  const told = isFollowed ? follow(scene, place, table, parts) : null;
  const events = (told?.reached ?? []).flatMap((reached): readonly Event[] =>
    reached.actions.map((action) => ({
      table: reached.table,
      verb: action === 'cascade' ? 'delete' : 'update',
      columns: null,
      where: reached.where,
    })),
  );
  return [
    ...askReplaced(scene, place),
    ...(told === null ? [] : tell(scene, place, told)),
    ...askTriggered(scene, place, [first, ...events]),
  ];
}

/** The first asks and tells for all of them; each has a guard of its own. */
function askSeries(
  scene: Scene,
  place: StatementPlace,
  table: string,
  parts: DeleteParts | UpdateParts | null,
  { first, told: statement, asked, count, own, isExact }: DeleteSeries,
): readonly DataGuard[] {
  if (first === place.statement) {
    for (const where of asked) {
      const told = follow(scene, place, table, { table, where }, own);
      tell(scene, { ...place, statement }, { ...told, statements: count, isExact, most: mostOfQuestion(where) });
    }
  }
  const { reached } = followDeleted(scene, table, parts?.where ?? '1');
  return guardAll(listAsked({ parent: table, reached }));
}

/** Of a question about a condition that is long itself. */
function mostOfQuestion(where: string): number {
  return 20_000 + 4 * where.length;
}

interface ToldCascade {
  readonly parent: string;
  readonly how: ReferringRows['how'];
  readonly reached: readonly Reached[];
  /** Whether these rows are reached, and not only some of them. */
  readonly isExact: boolean;
  /** How many statements it stands for. */
  readonly statements: number;
  /** How long a question may be. */
  readonly most: number;
  /** Whether fewer rows by then can only mean that fewer are reached. */
  readonly isOfRowAlone: boolean;
}

/** @param parts null where the statement cannot be taken apart */
function follow(
  scene: Scene,
  place: StatementPlace,
  table: string,
  parts: DeleteParts | UpdateParts | null,
  own: DeleteSeries['own'] = 'left out',
): ToldCascade {
  const { kind } = place.statement;
  if (kind.type === 'update' && !kind.replaces) {
    const reached = followChanged(scene, table, parts !== null && 'assignments' in parts ? parts : null);
    return { ...alone, parent: table, how: 'changes-keys', reached, isExact: parts !== null };
  }
  // Which rows stand in the way of an UPDATE OR REPLACE, its WHERE does not say.
  const where = kind.type === 'delete' && parts !== null ? (parts.where ?? '1') : null;
  const reach = followDeleted(scene, table, where, own);
  const most = mostOfQuestion(where ?? '');
  if (where !== null) askHeld(scene, place, table, where, { reach, most });
  const how = kind.type === 'delete' ? 'deletes' : 'replaces';
  const { reached } = reach;
  const structure = scene.structures.find(table);
  const isAlone = where !== null && isOfRowAlone(where) && structure !== null && !readsCleared(structure, where);
  return { ...alone, parent: table, how, reached, isExact: where !== null, most, isOfRowAlone: isAlone };
}

const alone = { statements: 1, most: 0, isOfRowAlone: false };

/** One question and one guard of a table's rows, or of those of several. */
interface AskedTable {
  readonly of: Referring['of'];
  readonly loss: Loss;
  /** null where it cannot be told. */
  readonly select: string | null;
  readonly compared: string;
  readonly isLoose: boolean;
}

function listAsked({ parent, reached }: Pick<ToldCascade, 'parent' | 'reached'>): readonly AskedTable[] {
  const named = reached.slice(0, mostNamed).map(
    (each): AskedTable => ({
      of: { table: each.table, actions: each.actions },
      loss: { kind: 'rows-referring', table: each.table, parent },
      select: each.where && selectRows(each.table, each.where.text),
      compared: each.where?.compared ?? '',
      isLoose: each.isLoose,
    }),
  );
  const others = reached.slice(mostNamed);
  if (others.length === 0) return named;
  const selects = others.flatMap(({ table, where }) => (where ? [selectRows(table, where.text)] : []));
  const select = selects.map((each) => `SELECT 1 FROM (${each})`).join(' UNION ALL ');
  const isKnown = selects.length > 0 && select.length <= longestQuestion;
  return [
    ...named,
    {
      of: { tables: others.length },
      loss: { kind: 'rows-referring-more', tables: others.length, parent },
      select: isKnown ? select : null,
      compared: others.map(({ where }) => where?.compared ?? '').join(' '),
      isLoose: selects.length < others.length || others.some((each) => each.isLoose),
    },
  ];
}

function selectRows(table: string, where: string): string {
  return `SELECT * FROM ${quoteIdentifier(table)} WHERE ${where}`;
}

/** One finding for all that the statement reaches. */
function tell(scene: Scene, place: StatementPlace, told: ToldCascade): readonly DataGuard[] {
  const { statement } = place;
  const all = listAsked(told);
  if (all.length === 0) return [];
  const mayAsk = statement.kind.type !== 'delete' || told.statements > 1 || scene.deletes.mayAsk(place, told.parent);
  const asked = all.map((each) => {
    const { select, compared } = each;
    const query = select && mayAsk ? scene.rows.bind(select, compared, told.most) : null;
    const atMost = query === null && select && mayAsk && told.isOfRowAlone;
    const asks = atMost ? scene.rows.bindAtMost(select, compared, told.most) : query;
    return { ...each, query, count: asks === null ? null : scene.questions.countRows(asks) };
  });
  scene.findings.push((replies): readonly Finding[] => {
    const counted = asked.map((each) => {
      const count = each.count?.(replies) ?? null;
      // Of rows that may be fewer by then, only none is a number.
      return { ...each, count: each.query === null && count?.rows !== 0 ? null : count };
    });
    const isMet = counted.some(({ select, count }) => select !== null && count?.rows !== 0);
    const met = counted
      .filter(({ select, count, isLoose }) => isMet && (isLoose || select === null || count?.rows !== 0))
      .map((each) => (told.isExact && !each.isLoose ? each : { ...each, count: null }));
    if (met.length === 0) return [];
    const args: ReferringRows = {
      what: 'referring-rows',
      how: told.how,
      parent: told.parent,
      referring: met.map(({ of, count }) => ({ of, count })),
      statements: told.statements,
    };
    const along = met.map(({ of, ...each }) => ({ ...each, table: 'table' in of ? of.table : null }));
    const evidence = {
      count: sumCounts(met.map(({ count }) => count)),
      query: writeAlongQuery(scene, along),
      examples: null,
    };
    return [find(dataLoss, 'hazard', placeAt(place), args, { losses: met.map(({ loss }) => loss), evidence })];
  });
  return guardAll(all);
}

function guardAll(all: readonly AskedTable[]): readonly DataGuard[] {
  return all.flatMap(({ select, loss }) => (select === null ? [] : [guardLoss(`NOT EXISTS (${select})`, loss)]));
}
