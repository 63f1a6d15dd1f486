/** Paths with forward slashes, as they are written in commands and in package.json. */

export interface Way {
  /** `../scripts/x.mjs`; without `./` at its beginning. */
  readonly way: string;
  /** How many of its parts lead up. */
  readonly climbs: number;
  /** How many parts the two paths have in common; one is only the root, or the drive. */
  readonly shared: number;
}

/** The way from a folder to a path; both are absolute. */
export function findWay(path: string, folder: string): Way {
  const [to, from] = [path.split('/'), folder.split('/').filter((part, index) => index === 0 || part !== '')];
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared += 1;
  const climbs = from.length - shared;
  return { way: [...Array.from({ length: climbs }, () => '..'), ...to.slice(shared)].join('/'), climbs, shared };
}
