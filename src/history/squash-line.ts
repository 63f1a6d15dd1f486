/** What a squashed migration says of itself: which ones it stands for. */

import { Scanner } from '../sql/scanner.ts';
import type { Migration } from './migration.ts';

const mark = /^--\s*squashes\b:?(.*)$/i;

/** The names in its comments `-- squashes <name> <name> …`, of which it may have several; commas may stand between them. */
export function readSquashed({ sql }: Migration): readonly string[] {
  if (!/squashes/i.test(sql)) return [];
  const names: string[] = [];
  const scanner = new Scanner(sql);
  while (scanner.next()) {
    const text = scanner.kind === 'comment' ? sql.slice(scanner.start, scanner.end) : '';
    const list = mark.exec(text.trim())?.[1] ?? '';
    names.push(...list.split(/[\s,]+/).filter((name) => name !== ''));
  }
  return names;
}
