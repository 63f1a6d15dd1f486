/** The SQL that changes one schema into another. Every row is kept that the new schema can hold. */

import { foldName, quoteIdentifier, sameName } from '../../sql/identifiers.ts';
import type { Difference } from '../compare/difference.ts';
import type { Schema } from '../model/objects.ts';
import { type Changes, findChanges, type Impossible, type SchemaEntry } from './changes.ts';
import { cutStatement, findFreeName } from './definition.ts';
import { listWords } from './readers.ts';
import { buildRebuild } from './rebuild.ts';
import { listWarnings, warnOfDrop } from './warnings.ts';

export interface FixStep {
  /** In Prisma's words: `CreateTable`, `RedefineTables`, … */
  readonly comment: string;
  /** What one should know before running it, a line each. */
  readonly notes: readonly string[];
  /** Without their `;`. */
  readonly statements: readonly string[];
}

export interface Fix {
  readonly steps: readonly FixStep[];
  /** Changes that the steps do not make, because there is no statement for them. */
  readonly impossible: readonly Impossible[];
}

/**
 * Everything is made from the statements of `to`, so that nothing of them is lost. Names are freed before they are used
 * again. Views and triggers are dropped first and created last, since RENAME fails if one of them reads something that
 * is not there.
 * @param from only the compared objects, as in `to`
 * @param differences all of them, with `from` as the left side
 */
export function buildFix(from: Schema, to: Schema, differences: readonly Difference[]): Fix {
  const changes = findChanges(from, to, differences);
  const { dropped, created } = changes;
  const rebuiltTables = changes.rebuilt.map((table) => table.to.object.name);
  const isOnRebuilt = ({ object }: SchemaEntry): boolean => rebuiltTables.some((name) => sameName(name, object.table));
  const indexes = ofKind(created, 'index');
  return {
    steps: [
      ...ofKind(dropped, 'trigger').map((entry) => buildStep('DropTrigger', [buildDrop('TRIGGER', entry)])),
      ...ofKind(dropped, 'view').map((entry) => buildStep('DropView', [buildDrop('VIEW', entry)])),
      ...ofKind(dropped, 'index').map((entry) => buildStep('DropIndex', [buildDrop('INDEX', entry)])),
      ...ofKind(dropped, 'virtual-table').map(buildVirtualDrop),
      ...buildTableDrops(ofKind(dropped, 'table')),
      ...ofKind(created, 'table').map((entry) => buildCreate('CreateTable', entry)),
      ...changes.addedColumns.map((statements) => buildStep('AlterTable', statements)),
      ...buildRebuilds(changes, indexes.filter(isOnRebuilt), [from, to]),
      ...indexes.filter((entry) => !isOnRebuilt(entry)).map((entry) => buildCreate('CreateIndex', entry)),
      ...ofKind(created, 'virtual-table').map((entry) => buildCreate('CreateTable', entry)),
      ...ofKind(created, 'view').map((entry) => buildCreate('CreateView', entry)),
      ...ofKind(created, 'trigger').map((entry) => buildCreate('CreateTrigger', entry)),
    ],
    impossible: changes.impossible,
  };
}

/** The text of a migration.sql; empty if there are no steps. */
export function renderFix(steps: readonly FixStep[]): string {
  return steps
    .map(({ comment, notes, statements }) =>
      [...[comment, ...notes].map((line) => `-- ${line}\n`), ...statements.map((sql) => `${sql};\n`)].join(''),
    )
    .join('\n');
}

function ofKind(entries: readonly SchemaEntry[], kind: SchemaEntry['kind']): readonly SchemaEntry[] {
  return entries.filter((entry) => entry.kind === kind);
}

function buildStep(comment: string, statements: readonly string[], notes: readonly string[] = []): FixStep {
  return { comment, notes, statements };
}

function buildCreate(comment: string, entry: SchemaEntry): FixStep {
  return buildStep(comment, [findStatement(entry)]);
}

function findStatement({ object }: SchemaEntry): string {
  return cutStatement(object.sql ?? '');
}

function buildDrop(word: string, { object }: SchemaEntry): string {
  return `DROP ${word} ${quoteIdentifier(object.name)}`;
}

function buildVirtualDrop(entry: SchemaEntry): FixStep {
  const notes = [
    entry.other === null ? warnOfDrop(entry.object.name) : 'The content of this virtual table is not preserved.',
  ];
  return buildStep('DropTable', [buildDrop('TABLE', entry)], notes);
}

/** Without the pragmas, rows that refer to a dropped table would be deleted or changed. */
function buildTableDrops(entries: readonly SchemaEntry[]): readonly FixStep[] {
  if (entries.length === 0) return [];
  const drops = entries.map((entry) => buildDrop('TABLE', entry));
  const notes = entries.map(({ object }) => warnOfDrop(object.name));
  return [buildStep('DropTable', ['PRAGMA foreign_keys=off', ...drops, 'PRAGMA foreign_keys=on'], notes)];
}

function buildRebuilds(
  { rebuilt }: Changes,
  indexes: readonly SchemaEntry[],
  schemas: readonly Schema[],
): readonly FixStep[] {
  if (rebuilt.length === 0) return [];
  const taken = findTakenNames(schemas);
  const statements = rebuilt.flatMap(({ from, to }) => [
    ...buildRebuild(from, to, findFreeName(`new_${to.structure.name}`, taken)),
    ...indexes.filter(({ object }) => sameName(object.table, to.structure.name)).map(findStatement),
  ]);
  const notes = rebuilt.flatMap(({ from, to }) => listWarnings(from, to));
  const before = ['PRAGMA defer_foreign_keys=ON', 'PRAGMA foreign_keys=OFF'];
  const after = ['PRAGMA foreign_keys=ON', 'PRAGMA defer_foreign_keys=OFF'];
  return [buildStep('RedefineTables', [...before, ...statements, ...after], notes)];
}

/** Every word of both schemas: RENAME would also change a name that is mentioned but not there. */
function findTakenNames(schemas: readonly Schema[]): ReadonlySet<string> {
  return new Set(
    schemas.flatMap((schema) => [...[...schema.kinds.keys()].map(foldName), ...schema.objects.flatMap(listWords)]),
  );
}
