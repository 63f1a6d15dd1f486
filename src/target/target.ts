/** A target: the one database that a command works on, with a name that people recognise. */

import { defaultTargetName } from './names.ts';

/** What a target is called by the project. */
interface Called {
  /** The name that chose it, such as `staging`, where that tells something; absent where there is only one. */
  readonly called?: string;
}

export type Target = Called &
  (
    | {
        readonly type: 'server';
        /** Shown to people: the URL's host, and its path if it has one, as libsql://…; never credentials. */
        readonly name: string;
        /** The endpoint's base as http(s), without credentials, query or a slash at the end. */
        readonly url: string;
      }
    | {
        readonly type: 'file';
        /** Shown to people: the absolute path as file:… */
        readonly name: string;
        /** Absolute path. */
        readonly path: string;
      }
  );

/** The database's name, with what the project calls it: `libsql://shop-acme.turso.io (staging)`. */
export function describeTarget({ name, called }: Target): string {
  return called === undefined ? name : `${name} (${called})`;
}

/** True for a database of Turso Cloud. */
export function isTurso(target: Target): boolean {
  return target.type === 'server' && new URL(target.url).hostname.endsWith('.turso.io');
}

/**
 * Its name there, as Turso's own commands take it. A host is <database>-<organisation>[.<region>].turso.io, and both may
 * contain hyphens: the end of the database's name is certain only if there is a single one.
 */
export function findTursoName(target: Target): string | null {
  if (target.type === 'file' || !isTurso(target)) return null;
  const [database, organisation, ...more] = (new URL(target.url).hostname.split('.')[0] ?? '').split('-');
  return database && organisation && more.length === 0 ? database : null;
}

/** What a sentence about its state calls it: after a run on staging nobody must read that production is well. */
export function nameSubject({ called }: Target): string {
  return called === undefined || called === defaultTargetName ? 'production' : called;
}

/**
 * The name that people use for the database, and type to confirm that they mean this one: the tenant in a path, the
 * name at Turso, the whole host of any other server, the file's own name.
 */
export function findDatabaseName(target: Target): string {
  if (target.type === 'file') return findLastPart(target.path, /[\\/]/);
  const { host, pathname } = new URL(target.url);
  const tenant = findLastPart(pathname, /\//);
  if (tenant !== '') return tenant;
  // The organisation is part of this name, and a region may follow: shop-acme.aws-eu-west-1.turso.io.
  return isTurso(target) ? host.slice(0, host.indexOf('.')) : host;
}

function findLastPart(path: string, separator: RegExp): string {
  return path.split(separator).findLast((part) => part !== '') ?? '';
}
