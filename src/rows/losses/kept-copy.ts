/** Whether a copy of a table keeps what is in it. */

import type { CopyKeeps } from '../../findings/kept-copy.ts';
import { givesTexts } from '../../plan/structure/full-text.ts';
import { sameName } from '../../sql/identifiers.ts';
import type { Scene } from '../ask/context.ts';

/** Of a full-text index without content only NULLs can be copied; of one over a table that is gone nothing at all. */
export function findCopyKeeps({ structures }: Scene, table: string): CopyKeeps {
  const virtual = structures.listVirtual().find(({ name }) => sameName(name, table));
  return virtual !== undefined && !givesTexts(virtual.sql) ? 'nothing' : 'everything';
}
