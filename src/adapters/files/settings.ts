/** The settings of a project: `"migrate-prod": { "rows": …, "after": … }` in its package.json. */

import { join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { parseRowsSetting, type RowsSetting } from '../../rows/fetch/query.ts';
import { parseTargetOrder, type TargetOrder } from '../../target/order.ts';
import { suggest } from '../../text/suggest.ts';
import { showPath } from './paths.ts';
import { largest, readTextIfPresent } from './regular-file.ts';

export interface Settings {
  /** How many rows a plan may fetch; undefined where nothing is set. */
  readonly rows: RowsSetting | undefined;
  /** Which targets have to have a migration before another. */
  readonly after: TargetOrder;
  /** The file, as shown to people. */
  readonly path: string;
}

const names = ['rows', 'after'] as const;

/**
 * @param root absolute path of the project.
 * @throws MigrateError SETTINGS_INVALID
 */
export function readSettings(root: string, shownRelativeTo: string): Settings {
  const file = join(root, 'package.json');
  const path = showPath(file, shownRelativeTo);
  const noSettings: Settings = { rows: undefined, after: new Map(), path };
  const text = readTextIfPresent(file, largest.package);
  // Most package.json files have none: parse only those that may.
  if (text === null || !text.includes('"migrate-prod"')) return noSettings;
  const own = findOwn(text, path);
  if (own === undefined) return noSettings;
  if (typeof own !== 'object' || own === null || Array.isArray(own)) throw refuseSettings(path, 'it is no object');
  const unknown = Object.keys(own).find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) {
    const near = suggest(unknown, names);
    throw refuseSettings(path, `there is no setting "${unknown}"${near === null ? '' : `; did you mean "${near}"?`}`);
  }
  return { rows: readRows(Reflect.get(own, 'rows'), path), after: readAfter(Reflect.get(own, 'after'), path), path };
}

function readAfter(value: unknown, path: string): TargetOrder {
  if (value === undefined) return new Map();
  const read = parseTargetOrder(value);
  if (read.type === 'invalid') throw refuseSettings(path, read.reason);
  return read.order;
}

function readRows(value: unknown, path: string): RowsSetting | undefined {
  if (value === undefined) return undefined;
  const rows = typeof value === 'string' || typeof value === 'number' ? parseRowsSetting(String(value)) : null;
  if (rows === null) throw refuseSettings(path, '"rows" is neither "none", "all" nor a number of rows up to 1,000,000');
  return rows;
}

/** What no JSON parser takes says nothing here, unless it may hold a rule: npm and Prisma have words for that. */
function findOwn(text: string, path: string): unknown {
  try {
    const content: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return typeof content === 'object' && content !== null ? Reflect.get(content, 'migrate-prod') : undefined;
  } catch {
    if (text.includes('"after"')) throw refuseSettings(path, 'the file is not valid JSON');
    return undefined;
  }
}

/** @param reason the end of a sentence. */
export function refuseSettings(path: string, reason: string): MigrateError {
  return new MigrateError(
    'SETTINGS_INVALID',
    `"migrate-prod" in ${path} cannot be used: ${reason}.`,
    'For example: "migrate-prod": { "rows": 5000, "after": { "prod": ["staging"] } }',
  );
}
