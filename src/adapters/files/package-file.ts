/** What a package.json says, where that only helps. */

import { largest, readTextIfPresent } from './regular-file.ts';

/**
 * @param word that the file has where it says something that is wanted: most have none, and are not parsed
 * @returns undefined where it is not there, is not read, or is no JSON
 */
export function readPackageFile(file: string, word = ''): unknown {
  const text = readTextIfPresent(file, largest.package);
  if (text === null || !text.includes(word)) return undefined;
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** A property of an unknown value; undefined where there is none. */
export function findProperty(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
