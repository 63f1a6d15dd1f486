/** What a package manager recorded of this program where it put it: in a project, or in the folder that `npx` made for one run. */

import { isAbsolute, join, resolve } from 'node:path';
import { largest, readTextIfPresent } from '../files/regular-file.ts';

/**
 * @param path of a file of the program there, or of the link that started it; with forward slashes
 * @returns the spec, its path absolute and as `file:`; null where none is recorded
 */
export function readRecordedSpec(path: string): string | null {
  const at = path.search(/\/node_modules\/(?:\.bin|\.pnpm|migrate-prod)\//);
  if (at === -1) return null;
  const host = path.slice(0, at);
  try {
    const text = readTextIfPresent(join(host, 'package.json'), largest.package);
    const { dependencies, devDependencies } = JSON.parse(text ?? '{}');
    const spec = dependencies?.['migrate-prod'] ?? devDependencies?.['migrate-prod'];
    return typeof spec === 'string' ? toAbsolute(spec, host) : null;
  } catch {
    return null;
  }
}

function toAbsolute(spec: string, host: string): string {
  const path = /^(?:file:|link:|portal:)(.*)$/.exec(spec)?.[1] ?? (/^\.{0,2}\//.test(spec) ? spec : null);
  if (path === null) return spec;
  return `file:${isAbsolute(path) ? path : resolve(host, path)}`.replaceAll('\\', '/');
}
