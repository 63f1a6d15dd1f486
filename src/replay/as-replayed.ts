/** Production's schema with the equivalents of a replay. */

import { straightenSchema } from '../mirror/texts.ts';
import type { Schema } from '../schema/model/objects.ts';
import { normalizeStatement } from '../sql/normalize.ts';
import type { Unreplayed } from './unreplayed.ts';

/**
 * The schema with the equivalents that were run in a replay, if the schema has exactly the text in the file.
 * @param unreplayed of that replay: a replay of more or fewer migrations may have no equivalent for some statement
 */
export function writeAsReplayed(schema: Schema, unreplayed: readonly Unreplayed[]): Schema {
  const straight = straightenSchema(schema);
  const instead = new Map(unreplayed.flatMap(pairTexts));
  if (instead.size === 0) return straight;
  const objects = straight.objects.map((object) => {
    const sql = object.sql === null ? undefined : instead.get(normalizeStatement(object.sql));
    return sql === undefined ? object : { ...object, sql };
  });
  return { ...straight, objects };
}

function pairTexts({ sql, instead }: Unreplayed): readonly (readonly [string, string])[] {
  return instead === null ? [] : [[normalizeStatement(sql), instead]];
}
