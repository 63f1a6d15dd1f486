/** Which tables a statement may change besides the one that it names, by triggers and foreign keys. */

import { foldName } from '../../sql/identifiers.ts';
import { listWords } from '../../sql/words.ts';
import type { Scene, StatementPlace } from '../context.ts';
import { findKeys } from './keys.ts';

/** @returns their folded names. */
export function listReached({ structures, rows }: Scene, { analysed, statement }: StatementPlace): readonly string[] {
  const { kind } = statement;
  const changes = kind.type === 'insert' || kind.type === 'update' || kind.type === 'delete';
  if (!changes && !(kind.type === 'drop' && kind.object === 'table')) return [];
  const mayDelete = kind.type === 'drop' || kind.type === 'delete' || kind.replaces;
  const followsKeys = mayDelete && findKeys(analysed) !== 'off';
  const start = foldName(kind.type === 'drop' ? kind.name : kind.table);
  const reached = new Set([start]);
  for (const table of reached) {
    // DROP TABLE fires no triggers of its own table.
    const triggers = kind.type === 'drop' && table === start ? [] : structures.listTriggers(table);
    const named = triggers.flatMap((sql) => [...listWords(sql)]).filter((name) => rows.find(name) !== null);
    const children = followsKeys ? structures.listChildren(table).map((child) => foldName(child.table.name)) : [];
    for (const name of [...named, ...children]) reached.add(name);
  }
  return [...reached].slice(1);
}
