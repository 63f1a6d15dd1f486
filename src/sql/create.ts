/** The common beginning of CREATE statements: the type of object, its name, and where the name is. */

import { Cursor } from './cursor.ts';
import { sameName } from './identifiers.ts';
import type { Token } from './tokenize.ts';

interface CreateHead {
  readonly object: 'table' | 'virtual-table' | 'index' | 'view' | 'trigger';
  readonly unique: boolean;
  /** True with TEMP, TEMPORARY or the schema `temp`. */
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  /** The qualifier before the name, unquoted. */
  readonly schema: string | null;
  readonly name: string;
  /** Index of the token TABLE, INDEX, VIEW or TRIGGER. */
  readonly objectIndex: number;
  /** Index of the first token after the name. */
  readonly restIndex: number;
}

type CreatedKind = Pick<CreateHead, 'object' | 'unique' | 'temporary'>;

/** Null if the tokens are no CREATE statement. */
export function parseCreateHead(tokens: readonly Token[]): CreateHead | null {
  const cursor = new Cursor(tokens);
  if (!cursor.skipWords('CREATE')) return null;
  const kind = takeKind(cursor);
  if (kind === null) return null;
  const objectIndex = cursor.index - 1;
  const ifNotExists = cursor.skipWords('IF', 'NOT', 'EXISTS');
  const target = cursor.takeQualifiedName();
  if (target === null) return null;
  return {
    ...kind,
    temporary: kind.temporary || (target.schema !== null && sameName(target.schema, 'temp')),
    ifNotExists,
    schema: target.schema,
    name: target.name,
    objectIndex,
    restIndex: cursor.index,
  };
}

function takeKind(cursor: Cursor): CreatedKind | null {
  const plain = { unique: false, temporary: false };
  if (cursor.skipWords('VIRTUAL', 'TABLE')) return { ...plain, object: 'virtual-table' };
  if (cursor.skipWords('UNIQUE', 'INDEX')) return { ...plain, object: 'index', unique: true };
  if (cursor.skipWords('INDEX')) return { ...plain, object: 'index' };
  const temporary = cursor.skipOneOf(['TEMP', 'TEMPORARY']) !== null;
  if (cursor.skipWords('TABLE')) return { object: 'table', unique: false, temporary };
  if (cursor.skipWords('VIEW')) return { object: 'view', unique: false, temporary };
  if (cursor.skipWords('TRIGGER')) return { object: 'trigger', unique: false, temporary };
  return null;
}
