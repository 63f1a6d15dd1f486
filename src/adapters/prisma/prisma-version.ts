/** Which Prisma a project uses, found without running it. */

import { join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import { findProperty, readPackageFile } from '../files/package-file.ts';
import { listAncestors, showPath } from '../files/paths.ts';

/** Prisma 8 has another schema language, another tracker and no driver for libSQL. */
export const latestKnownPrisma = 7;

/**
 * The installed version counts, as Node would find it from `root`; if none is installed, the one that the nearest package.json asks for.
 * @throws MigrateError PRISMA_UNSUPPORTED from Prisma 8 on
 */
export function refuseLaterPrisma(root: string, cwd: string): void {
  const found = findPrisma(root);
  if (found === null || found.major <= latestKnownPrisma) return;
  throw new MigrateError(
    'PRISMA_UNSUPPORTED',
    `This project uses Prisma ${found.version} (${showPath(found.file, cwd)}); this version of migrate-prod reads schemas up to Prisma ${latestKnownPrisma}. Nothing was written.`,
    `Look for a newer migrate-prod, or stay with Prisma ${latestKnownPrisma}: npm install prisma@${latestKnownPrisma} @prisma/client@${latestKnownPrisma}`,
  );
}

export interface FoundPrisma {
  readonly version: string;
  readonly major: number;
  /** False if package.json only asks for it. */
  readonly isInstalled: boolean;
  readonly file: string;
}

/** Without running it. @returns null where none is installed or asked for. */
export function findPrisma(root: string): FoundPrisma | null {
  const folders = listAncestors(root);
  for (const folder of folders) {
    const file = join(folder, 'node_modules', 'prisma', 'package.json');
    const version = findProperty(readPackageFile(file), 'version');
    const major = parseMajor(version);
    if (major !== null) return { version: String(version), major, isInstalled: true, file };
  }
  for (const folder of folders) {
    const file = join(folder, 'package.json');
    const content = readPackageFile(file);
    for (const list of ['dependencies', 'devDependencies']) {
      const range = findProperty(findProperty(content, list), 'prisma');
      const major = parseMajor(range);
      if (major !== null) return { version: String(range), major, isInstalled: false, file };
    }
  }
  return null;
}

/** The lowest major version that a range allows; null for what names none, such as `latest`, `*`, `<9` or `catalog:`. */
function parseMajor(range: unknown): number | null {
  if (typeof range !== 'string') return null;
  const majors = range
    .split('||')
    .map((part) => /^\s*(?:workspace:|npm:prisma@)?\s*(?:\^|~|>=?|=)?\s*v?(\d+)/.exec(part)?.[1]);
  const lowest = Math.min(...majors.map(Number));
  return Number.isNaN(lowest) ? null : lowest;
}
