/** What somebody probably meant by an address that is not one, without repeating anything that could be a secret. */

import { holdsToken } from '../../target/secret.ts';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const port = '(?::\\d{1,5})?';
const hostPattern = new RegExp(`^((?:${label}\\.)+[a-z]{2,24}${port})(?:[/?#]|$)`, 'i');
const localPattern = new RegExp(`^((?:localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1\\])${port})(?:[/?#]|$)`, 'i');
const filePattern = /^(?:[a-z]:[\\/]|\.{0,2}\/)?[\w .@/\\-]*\.(?:db|db3|sqlite|sqlite3)$/i;

/**
 * The address that was probably meant, null when there is no telling. Only a host or a file name is taken over from
 * the input; its query, path, user and password never are.
 */
export function findLikelyAddress(address: string): string | null {
  const memory = /^(?:file:)?:memory:$/.test(address);
  if (memory) return 'file:./local.db';
  const file = address.replace(/^(?:sqlite3?|file):(?:\/\/(?!\/))?/i, '').replace(/[?#].*$/s, '');
  if (filePattern.test(file) && !/^[a-z]+:\/\//i.test(file)) return `file:${placeFile(file)}`;
  const server = address.replace(/^(?:turso|libsql|https?|wss?):\/{0,2}/i, '').replace(/^[^/?#@]*@/, '');
  const local = localPattern.exec(server)?.[1];
  if (local !== undefined) return `http://${local.toLowerCase()}`;
  const host = hostPattern.exec(server)?.[1];
  // A token may have the form of a host.
  return host === undefined || holdsToken(host) ? null : `libsql://${host.toLowerCase()}`;
}

function placeFile(file: string): string {
  return /^(?:[a-z]:[\\/]|\.{0,2}\/)/i.test(file) ? file : `./${file}`;
}
