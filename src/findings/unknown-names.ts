/** Lists functions, tables, modules and collations that an engine does not have. */

import type { UnknownName } from '../sandbox/unknown-names.ts';

/** `the function a and the collation b` */
export function describeNames(names: readonly UnknownName[]): string {
  const each = [...new Set(names.map(({ type, name }) => `the ${type} ${name}`))];
  return each.length < 2 ? each.join('') : `${each.slice(0, -1).join(', ')} and ${each.at(-1)}`;
}
