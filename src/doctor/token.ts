/** What a token says of itself. It is only decoded, and none of it is shown but its kind and its end. */

import { findTursoName, isTurso, type Target } from '../target/target.ts';
import { type Sayable, say, shell } from '../text/prose.ts';
import { toDate } from '../text/time.ts';
import { failed, type Judged, ok, skipped, warning } from './check.ts';
import type { Access, FoundToken, TokenClaims } from './facts.ts';

/** @returns null for what is no JWT. */
export function readClaims(token: string): TokenClaims | null {
  const [head = '', body = '', signature] = token.split('.');
  const claims = decodePart(body);
  if (signature === undefined || decodePart(head) === null || claims === null) return null;
  const access = Reflect.get(claims, 'a');
  const expires = Reflect.get(claims, 'exp');
  return {
    access: access === 'rw' || access === 'ro' ? access : null,
    // What is no number is an end that no server could read.
    expires:
      expires === undefined || expires === null ? null : typeof expires === 'number' ? expires * 1000 : Number.NaN,
  };
}

function decodePart(part: string): object | null {
  try {
    const parsed: unknown = JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof parsed === 'object' && parsed !== null ? parsed : null;
  } catch {
    return null;
  }
}

const day = 24 * 60 * 60 * 1000;
/** Before this much time is left, somebody should think of a new one. */
const soon = 7 * day;

interface TokenInput {
  readonly token: FoundToken;
  readonly target: Target;
  /** What the server made of it; null where it was not asked. */
  readonly access: Access | null;
  readonly now: number;
}

export function judgeToken({ token, target, access, now }: TokenInput): Judged {
  if (target.type === 'file') return skipped('a file needs no token');
  const renew = newToken(target);
  if (token.type === 'none') return judgeNone(target, access);
  if (token.type === 'opaque') {
    if (access === 'refused')
      return failed('the server does not accept it, and it is no JWT, as those of Turso are', renew);
    const may = describeAccess(access);
    return warning(`${may === null ? '' : `${may}; `}it is no JWT, so its end is not known`, renew);
  }
  const { expires } = token.claims;
  const left = expires === null ? null : expires - now;
  const end = describeEnd(expires, now);
  const isTaken = access === 'writes' || access === 'reads';
  if (left !== null && left <= 0) {
    // The server's clock decides.
    return isTaken
      ? warning(`${end} by the clock of this machine; the server takes it still`, renew)
      : failed(end, renew);
  }
  if (access === 'refused') return failed(`the server does not accept it (${end})`, renew);
  // The server knows better than the token.
  const kind = findKind(token.claims.access, access);
  if (kind === 'reads') return warning(`read-only: apply and backfill need one that may write; ${end}`, renew);
  const text = `${kind === 'writes' ? 'may read and write' : 'it does not say what it may do'}; ${end}`;
  if (left !== null && !(left >= soon)) return warning(text, renew);
  return kind === null ? warning(text, null) : ok(text);
}

/** @param access what the server made of it; null where it was not asked. */
export function findKind(claimed: TokenClaims['access'], access: Access | null): 'writes' | 'reads' | null {
  if (access === 'writes' || access === 'reads') return access;
  return claimed === null ? null : claimed === 'rw' ? 'writes' : 'reads';
}

function judgeNone(target: Target, access: Access | null): Judged {
  if (access === 'refused')
    return failed('the server asks for one, and there is none', 'Put TURSO_AUTH_TOKEN beside the URL.');
  if (isOnThisMachine(target)) return ok('none, and this server on your own machine asks for none');
  return warning(
    `none${access === null ? '' : ', and the server asks for none'}`,
    access === null
      ? 'Put TURSO_AUTH_TOKEN beside the URL.'
      : 'Anybody who can reach it can change it: let it ask for one.',
  );
}

function describeAccess(access: Access | null): string | null {
  return access === 'writes' ? 'may read and write' : access === 'reads' ? 'read-only' : null;
}

function describeEnd(expires: number | null, now: number): string {
  if (expires === null) return 'never expires';
  const at = toDate(expires)?.toISOString().slice(0, 16).replace('T', ' ') ?? null;
  if (at === null) return 'its end is no date';
  const distance = describeDistance(Math.abs(expires - now));
  return expires <= now ? `expired ${distance} ago, ${at} UTC` : `expires in ${distance}, ${at} UTC`;
}

function describeDistance(milliseconds: number): string {
  const units = [
    [day, 'day'],
    [60 * 60 * 1000, 'hour'],
    [60 * 1000, 'minute'],
  ] as const;
  const [size, name] = units.find(([unit]) => milliseconds >= unit) ?? [1000, 'second'];
  const number = Math.floor(milliseconds / size);
  return `${number} ${name}${number === 1 ? '' : 's'}`;
}

function isOnThisMachine(target: Target): boolean {
  return (
    target.type === 'server' &&
    /^https?:\/\/(?:localhost|[\w.-]+\.localhost|127\.[\d.]+|\[::1\])(?=[:/]|$)/.test(target.url)
  );
}

/** The command, or for a server of another host what it takes. */
function newToken(target: Target): Sayable {
  if (!isTurso(target)) return 'Make a new token with the key of this server and put it into TURSO_AUTH_TOKEN.';
  const name = findTursoName(target) ?? '<database>';
  return say`${shell(`turso db tokens create ${name}`)}, then put it into TURSO_AUTH_TOKEN.`;
}
