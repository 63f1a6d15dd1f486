/** A target: the one database that a command works on, named so that people recognise it. */

export type Target =
  | {
      readonly type: 'server';
      /** Shown to people: the URL's host, and path where there is one, as libsql://…; never credentials. */
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
    };

/**
 * What people call the database, which they type where it has to be certain that they mean this one: the tenant that a
 * path names, the name that Turso gave, the whole host of any other server, a file's own name.
 */
export function findDatabaseName(target: Target): string {
  if (target.type === 'file') return findLastPart(target.path, /[\\/]/);
  const { host, pathname } = new URL(target.url);
  const tenant = findLastPart(pathname, /\//);
  if (tenant !== '') return tenant;
  // The organisation is part of the name, and behind it may stand a region: shop-acme.aws-eu-west-1.turso.io.
  return host.endsWith('.turso.io') ? host.slice(0, host.indexOf('.')) : host;
}

function findLastPart(path: string, separator: RegExp): string {
  return path.split(separator).findLast((part) => part !== '') ?? '';
}
