/** What a table that was renamed out of the way and dropped leaves behind: RENAME made it point to the name that is gone. */

import type { Finding } from '../../findings/catalogue.ts';
import { worded } from '../../findings/worded.ts';
import { findFault } from '../../mirror/try-object.ts';
import type { Mirror } from '../../ports.ts';
import { parseSchemaObject, type SchemaObject, selectSchemaObjects } from '../../schema/model/objects.ts';
import { quoteIdentifier } from '../../sql/identifiers.ts';
import { mentionsName } from '../../sql/words.ts';
import type { AnalysedStatement } from '../analyse.ts';
import { type Origin, readReferring } from './renamed-away.ts';

/**
 * @param mirror as it is when the migration has ended: the table has its first name again, and nothing has the other one.
 */
export function findLeftBehind(
  mirror: Mirror,
  migration: string,
  { name, statement }: { readonly name: string; readonly statement: AnalysedStatement },
  origin: Origin,
): readonly Finding[] {
  const shared = { migration, line: statement.line } as const;
  const gone = `would be left pointing to "${name}", which is gone: renaming a table takes along whatever names it`;
  const readers = mirror
    .query(`${selectSchemaObjects} WHERE type IN ('view', 'trigger')`)
    .map(parseSchemaObject)
    .filter(({ sql }) => mentionsName(sql ?? '', name));
  const refuse = (what: string): Finding =>
    worded({
      ...shared,
      kind: 'blocker',
      code: 'rehearsal-failed',
      message: `${what} ${gone}. Make the changed table under a new name, and rename that one.`,
      why: `Whatever reads "${origin.name}" goes on reading the old table under its new name, and fails once that is dropped.`,
      way: buildWay(origin.name),
      sql: statement.sql,
    });
  const triggers = readers.filter(({ type }) => type === 'trigger');
  const views = readers.filter((object) => object.type === 'view' && findFault(mirror, object) !== null);
  const children = readReferring(mirror, name).filter((table) => !origin.dangling.includes(table));
  return [
    ...views.map((view) => refuse(`The view "${view.name}"`)),
    ...children.map((table) => refuse(`A foreign key of "${table}"`)),
    ...triggers.map((trigger): Finding => {
      const message = `The trigger "${trigger.name}" of "${trigger.table}" ${gone}. To mend it, drop it and add this at the end of the file:`;
      const why = 'A trigger that names a table which is not there makes every statement fail that would fire it.';
      return worded({
        ...shared,
        kind: 'hazard',
        code: 'drops-trigger',
        message,
        why,
        sql: findOriginal(origin, trigger).sql,
      });
    }),
  ];
}

/** The object as it was written before the table was renamed. */
export function findOriginal(origin: Origin, object: SchemaObject): SchemaObject {
  return origin.objects.find(({ type, name }) => type === object.type && name === object.name) ?? object;
}

function buildWay(table: string): string {
  const [old, copy] = [quoteIdentifier(table), quoteIdentifier(`new_${table}`)];
  return [
    'PRAGMA foreign_keys=OFF;',
    `CREATE TABLE ${copy} (…);`,
    `INSERT INTO ${copy} (…) SELECT … FROM ${old};`,
    `DROP TABLE ${old};`,
    `ALTER TABLE ${copy} RENAME TO ${old};`,
    'PRAGMA foreign_keys=ON;',
  ].join('\n');
}
