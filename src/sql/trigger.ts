/** Parses a CREATE TRIGGER: the event, and the statements of its body. */

import { parseCreateHead } from './create.ts';
import { Cursor, isKeyword, isOperator } from './cursor.ts';
import { type Token, tokenize } from './tokenize.ts';

export interface TriggerEvent {
  readonly verb: 'insert' | 'update' | 'delete';
  /** Of UPDATE OF, unquoted; empty if a change of any column counts. */
  readonly columns: readonly string[];
}

/** @returns null if it is no CREATE TRIGGER */
export function parseTriggerEvent(sql: string): TriggerEvent | null {
  const tokens = tokenize(sql);
  const head = parseCreateHead(tokens);
  if (head?.object !== 'trigger') return null;
  const cursor = new Cursor(tokens);
  cursor.index = head.restIndex;
  if (cursor.skipOneOf(['BEFORE', 'AFTER', 'INSTEAD']) === 'INSTEAD') cursor.skipWords('OF');
  const verb = cursor.skipOneOf(['insert', 'update', 'delete']);
  if (verb === null) return null;
  return { verb, columns: verb === 'update' && cursor.skipWords('OF') ? takeNames(cursor) : [] };
}

/** A statement of a trigger's body. */
export interface TriggerStep extends TriggerEvent {
  readonly table: string;
  /** True if it deletes rows of the table, or replaces them. */
  readonly deletes: boolean;
  /** The columns that an INSERT lists, unquoted; null if it lists none. */
  readonly fills: readonly string[] | null;
}

/** @returns the changes that the trigger makes, in its order; a SELECT makes none */
export function parseTriggerSteps(sql: string): readonly TriggerStep[] {
  const tokens = tokenize(sql);
  const begin = tokens.findIndex((token) => isKeyword(token, 'BEGIN'));
  const steps: TriggerStep[] = [];
  for (let index = begin; index >= 0 && index < tokens.length; index += 1) {
    if (index === begin || isOperator(tokens[index], ';')) steps.push(...parseStep(tokens, index + 1));
  }
  return steps;
}

/** The text from BEGIN on; the whole text if there is none. */
export function cutTriggerBody(sql: string): string {
  return sql.slice(tokenize(sql).find((token) => isKeyword(token, 'BEGIN'))?.start ?? 0);
}

function parseStep(tokens: readonly Token[], start: number): readonly TriggerStep[] {
  const cursor = new Cursor(tokens);
  cursor.index = start;
  const word = cursor.skipOneOf(['insert', 'update', 'delete', 'replace']);
  if (word === null) return [];
  const verb = word === 'replace' ? 'insert' : word;
  const action = cursor.skipWords('OR') ? (cursor.takeName() ?? '').toLowerCase() : word;
  if (verb !== 'update') cursor.skipOneOf(['INTO', 'FROM']);
  const target = cursor.takeQualifiedName();
  if (target === null) return [];
  const deletes = verb === 'delete' || action === 'replace';
  const fills = verb === 'insert' && cursor.skipOperator('(') ? takeNames(cursor) : null;
  return [{ verb, columns: [], table: target.name, deletes, fills }];
}

function takeNames(cursor: Cursor): readonly string[] {
  const names: string[] = [];
  do {
    const name = cursor.takeName();
    if (name !== null) names.push(name);
  } while (cursor.skipOperator(','));
  return names;
}
