/** From a database's address to a target: which databases can be named, and how. */

import { resolve, sep } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { holdsToken, Secret } from '../../target/secret.ts';
import type { Target } from '../../target/target.ts';

const serverProtocols: Readonly<Record<string, 'https' | 'http'>> = {
  libsql: 'https',
  https: 'https',
  wss: 'https',
  http: 'http',
  ws: 'http',
};

/** An address as it was understood: the database, and the token where the address itself carries one. */
export interface ParsedTarget {
  readonly target: Target;
  readonly token: Secret | null;
}

/**
 * Parses a database's address: libsql://, https://, http://, wss://, ws:// or file:.
 *
 * `?authToken=` and `?tls=0|1` are understood as libSQL's own clients understand them (@libsql/core, config.ts).
 * A message never repeats the query, credentials, or anything that could be a token.
 * @param url as it was given; white space around it is ignored
 * @param cwd absolute; what a relative file: address is relative to
 * @throws MigrateError URL_INVALID
 */
export function parseTarget(url: string, cwd: string): ParsedTarget {
  const address = url.trim();
  if (/[\s\p{Cc}]/u.test(address)) refuse('The database URL has white space or control characters in it.', address);
  const match = /^([a-z][a-z0-9+.-]+):/i.exec(address);
  const scheme = match?.[1]?.toLowerCase() ?? '';
  const rest = address.slice(scheme.length + 1);
  if (scheme === 'file') return { target: parseFile(rest, address, cwd), token: null };
  const protocol = Object.hasOwn(serverProtocols, scheme) ? serverProtocols[scheme] : undefined;
  if (protocol === undefined) return refuseScheme(scheme, address);
  return parseServer(scheme, protocol, rest, address);
}

/** True if both are the same database, however each was written. */
export function sameTarget(left: Target, right: Target): boolean {
  if (left.type === 'server') return right.type === 'server' && left.url === right.url;
  return right.type === 'file' && left.path === right.path;
}

/** True if a token for one may be sent to the other. */
export function sameServer(left: Target, right: Target): boolean {
  return left.type === 'server' && right.type === 'server' && new URL(left.url).origin === new URL(right.url).origin;
}

/** True if a token would cross the network unencrypted. */
export function exposesToken(target: Target): boolean {
  if (target.type === 'file') return false;
  const url = new URL(target.url);
  if (url.protocol === 'https:') return false;
  const host = url.hostname;
  return !(host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.[\d.]+$/.test(host));
}

function parseServer(scheme: string, protocol: 'https' | 'http', rest: string, address: string): ParsedTarget {
  if (!rest.startsWith('//') || !URL.canParse(`${protocol}:${rest}`)) {
    return refuse(`The database URL starts with ${scheme}: but names no valid host after it.`, address);
  }
  const url = new URL(`${protocol}:${rest}`);
  // A host is shown to people; a token in its place would be, too.
  if (holdsToken(findHost(rest))) refuse('The database URL has a token where its host should be.', address);
  if (url.username !== '' || url.password !== '') {
    refuse('The database URL has a user name or password in it (before the @), which libSQL does not use.', address);
  }
  if (url.hash !== '') refuse('The database URL has a # in it, which libSQL does not use.', address);
  const { token, tls } = parseQuery(url.searchParams, address);
  if (tls !== null) {
    const encrypted = tls === '1';
    if (scheme !== 'libsql' && encrypted !== (protocol === 'https')) {
      refuse(`The database URL says ?tls=${tls}, which contradicts ${scheme}://.`, address);
    }
    url.protocol = encrypted ? 'https:' : 'http:';
  }
  // With another protocol another port is the default one: let the parser see both together.
  const host = new URL(`${url.protocol}//${findHost(rest)}`).host.replace(/\.(?=:\d+$|$)/, '');
  const path = url.pathname.replace(/\/+$/, '');
  const encrypted = url.protocol === 'https:';
  const name = `${encrypted ? 'libsql' : 'http'}://${host}${path}`;
  return { target: { type: 'server', name, url: `${url.protocol}//${host}${path}` }, token };
}

/** The authority of `//host:port/path?query`; credentials were refused before. */
function findHost(rest: string): string {
  return /^\/+([^/?#\\]*)/.exec(rest)?.[1] ?? '';
}

function parseQuery(query: URLSearchParams, address: string): { token: Secret | null; tls: '0' | '1' | null } {
  let token: Secret | null = null;
  let tls: '0' | '1' | null = null;
  for (const [name, value] of query) {
    if (name === 'authToken' && token === null) {
      if (value !== '') token = new Secret(value);
    } else if (name === 'tls' && (value === '0' || value === '1')) {
      tls = value;
    } else {
      const shown = /^[A-Za-z_]{1,20}$/.test(name) ? `?${name}=` : 'something';
      refuse(`The database URL has ${shown} after its address that libSQL does not know.`, address);
    }
  }
  return { token, tls };
}

function parseFile(rest: string, address: string, cwd: string): Target {
  if (rest.includes('?') || rest.includes('#')) {
    refuse('A file: address takes no ?query and no # (write a # in a file name as %23).', address);
  }
  const path = decodePath(parseFileAuthority(rest, address), address);
  if (path === '' || path.endsWith('/')) refuse('The file: address names no file.', address);
  if (path.includes(':memory:')) {
    refuse('A database in memory is gone when the command ends: there is nothing to migrate.', address);
  }
  const absolute = resolve(cwd, path);
  return { type: 'file', name: `file:${absolute}`, path: absolute };
}

/** Takes an empty authority or `localhost` off, as SQLite's own file: URIs have it. */
function parseFileAuthority(rest: string, address: string): string {
  if (!rest.startsWith('//')) return rest;
  const end = rest.indexOf('/', 2);
  const authority = end === -1 ? rest.slice(2) : rest.slice(2, end);
  if (end === -1 || (authority !== '' && authority.toLowerCase() !== 'localhost')) {
    refuse('After file:// a file needs its full path, as in file:///data/app.db.', address);
  }
  const path = rest.slice(end);
  return sep === '\\' && /^\/[a-z]:/i.test(path) ? path.slice(1) : path;
}

function decodePath(path: string, address: string): string {
  let decoded = '';
  try {
    decoded = decodeURIComponent(path);
  } catch {
    refuse('The file: address has a % that is not followed by two hexadecimal digits (write a % as %25).', address);
  }
  if (/\p{Cc}/u.test(decoded)) refuse('The file: address has control characters in it.', address);
  return decoded;
}

function refuseScheme(scheme: string, address: string): never {
  if (holdsToken(address)) {
    refuse('The database URL looks like a token: are the URL and the token swapped?', address);
  }
  const known = /^[a-z][a-z0-9+]{1,19}$/.test(scheme) && address.startsWith('//', scheme.length + 1);
  const what = known ? `starts with ${scheme}://, which is not` : 'is not';
  return refuse(`The database URL ${what} an address of a Turso or libSQL database.`, address);
}

function refuse(message: string, address: string): never {
  const likely = findLikelyAddress(address);
  throw new MigrateError(
    'URL_INVALID',
    message,
    likely === null
      ? 'Give it as libsql://your-database.turso.io (turso db show --url prints it), http://127.0.0.1:8080 or file:./local.db.'
      : `Did you mean ${likely}?`,
  );
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const port = '(?::\\d{1,5})?';
const hostPattern = new RegExp(`^((?:${label}\\.)+[a-z]{2,24}${port})(?:[/?#]|$)`, 'i');
const localPattern = new RegExp(`^((?:localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1\\])${port})(?:[/?#]|$)`, 'i');
const filePattern = /^(?:[a-z]:[\\/]|\.{0,2}\/)?[\w .@/\\-]*\.(?:db|db3|sqlite|sqlite3)$/i;

/**
 * The address that was probably meant, null when there is no telling. Only a host or a file name is taken over from
 * the input; its query, path, user and password never are.
 */
function findLikelyAddress(address: string): string | null {
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
