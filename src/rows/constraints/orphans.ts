/** Rows that a migration leaves without a parent, looked at when it ends. */

import type { Finding } from '../../findings/catalogue.ts';
import { find, type RowCount } from '../../findings/finding.ts';
import { type ForeignKeysArgs, foreignKeys } from '../../findings/foreign-keys.ts';
import type { AnalysedMigration } from '../../plan/analyse.ts';
import { hasKeyword } from '../../sql/contents.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { askExamples, type Scene, type StatementPlace, showQuery } from '../context.ts';
import {
  buildOrphans,
  countBroken,
  countOrphans,
  findBefore,
  findReference,
  isKept,
  isSure,
  isWhole,
  mendOrphans,
  type Reference,
} from '../state/references.ts';

/**
 * At the end of a migration: which keys its rows would break. With foreign keys off that asks for consent; where they only
 * wait for the end, COMMIT fails.
 */
export function askOrphans(scene: Scene, analysed: AnalysedMigration, consequence: 'asks' | 'fails'): void {
  const touched = new Set(analysed.touchedTables);
  const tables = scene.structures
    .listReferring()
    .filter(
      ({ name, foreignKeys }) =>
        touched.has(foldName(name)) || foreignKeys.some((key) => touched.has(foldName(key.references))),
    );
  for (const table of tables) {
    for (const key of table.foreignKeys) {
      const reference = findReference(scene, table, key, scene.rows.rowsOf(table.name));
      if (reference === null || isKept(scene, reference)) continue;
      if (consequence === 'asks' || (isSure(reference) && isNews(scene, analysed, reference)))
        askReference(scene, analysed, reference, consequence);
    }
  }
}

/**
 * COMMIT counts what the migration itself breaks: whether rows that break the key were surely none before it, or are known
 * by production's key.
 */
function isNews(scene: Scene, { statements }: AnalysedMigration, reference: Reference): boolean {
  if (findBefore(scene, reference) !== null) return true;
  const { name } = reference.child;
  const origin = scene.rows.find(name)?.origin ?? null;
  const known = origin === null ? undefined : scene.production.get(foldName(origin));
  const isMade = statements.some(({ kind }) => kind.type === 'create-table' && sameName(kind.name, name));
  const isRebuilt = statements.some(({ kind }) => kind.type === 'rename-table' && sameName(kind.to, name));
  return (isMade || isRebuilt) && (known?.structure.foreignKeys.length ?? 0) === 0;
}

function askReference(
  scene: Scene,
  analysed: AnalysedMigration,
  reference: Reference,
  consequence: 'asks' | 'fails',
): void {
  const { child, key, rows, parents } = reference;
  const after = buildOrphans(scene, reference);
  const countAfter = scene.questions.countWhere(after.select, after.condition);
  const before = findBefore(scene, reference);
  const countBefore = before === null ? null : countBroken(scene, before.table, before.key);
  if (consequence === 'fails' && before !== null && countBefore === null) return;
  const countStanding = consequence === 'fails' ? countOrphans(scene, [...scene.production.values()]) : () => 0;
  const examples = askExamples(scene, after.query, after.columns);
  const statement = findCause(analysed, child.name, key.references);
  const isEarlier = statement !== undefined && changesRowsBeforeKeys(analysed, statement);
  scene.findings.push((replies): readonly Finding[] => {
    const count = subtract(countAfter(replies), countBefore?.(replies) ?? null);
    const standing = countStanding(replies);
    if (count === null || standing === null || count.rows <= standing) return [];
    const args: ForeignKeysArgs = {
      what: 'left',
      child: child.name,
      parent: key.references,
      key: key.sql,
      because:
        consequence === 'fails'
          ? 'commit-fails'
          : parents.type === 'none' || !isWhole(scene, parents, reference.referenced)
            ? 'keys-off'
            : 'not-checked',
      mend: isEarlier ? null : mendOrphans(scene, child, key, after.condition, rows.wholeOf),
    };
    const place = {
      migration: analysed.migration.name,
      line: statement?.line ?? null,
      sql: statement?.sql ?? null,
    };
    const evidence = { count, query: showQuery(scene, after.query), examples: examples(replies) };
    return [
      consequence === 'asks'
        ? find(foreignKeys, 'hazard', place, args, { evidence })
        : find(foreignKeys, 'blocker', place, args, { evidence }),
    ];
  });
}

/** Those that break the key today are no news. */
function subtract(after: RowCount | null, before: RowCount | null): RowCount | null {
  if (after === null || before === null) return after;
  return { rows: Math.max(0, after.rows - before.rows), atLeast: after.atLeast };
}

/** The statement that speaks of the child, or else of the parent. */
function findCause(
  analysed: AnalysedMigration,
  child: string,
  parent: string,
): StatementPlace['statement'] | undefined {
  const changes = analysed.statements.filter(({ kind }) => kind.type === 'delete' || kind.type === 'update');
  const change = changes.find(
    ({ kind }) => 'table' in kind && (sameName(kind.table, parent) || sameName(kind.table, child)),
  );
  const added = analysed.statements.find(
    ({ kind }) =>
      kind.type === 'add-column' && sameName(kind.table, child) && hasKeyword(kind.definition, 'REFERENCES'),
  );
  const rebuild =
    analysed.rebuilds.find(({ table }) => sameName(table, child)) ??
    analysed.rebuilds.find(({ table }) => sameName(table, parent));
  return change ?? (rebuild ? analysed.statements[rebuild.first] : added);
}

function changesRowsBeforeKeys({ statements }: AnalysedMigration, statement: StatementPlace['statement']): boolean {
  const off = statements.findIndex(
    ({ kind }) => kind.type === 'pragma' && kind.name === 'foreign_keys' && kind.value !== null,
  );
  const isChange = statement.kind.type === 'delete' || statement.kind.type === 'update';
  return isChange && statements.indexOf(statement) < off;
}
