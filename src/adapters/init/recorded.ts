/** What a package manager recorded of this program where it put it: in a project, or in the folder that `npx` made for one run. */

import { isAbsolute, join, resolve } from 'node:path';
import { findProperty, readPackageFile } from '../files/package-file.ts';

/**
 * @param path of a file of the program there, or of the link that started it; with forward slashes
 * @returns the spec, its path absolute and as `file:`; null where none is recorded
 */
export function readRecordedSpec(path: string): string | null {
  const at = path.search(/\/node_modules\/(?:\.bin|\.pnpm|migrate-prod)\//);
  if (at === -1) return null;
  const host = path.slice(0, at);
  const content = readPackageFile(join(host, 'package.json'), '"migrate-prod"');
  const [spec] = ['dependencies', 'devDependencies']
    .map((field) => findProperty(findProperty(content, field), 'migrate-prod'))
    .filter((named) => typeof named === 'string');
  return spec === undefined ? null : toAbsolute(spec, host);
}

function toAbsolute(spec: string, host: string): string {
  const path = /^(?:file:|link:|portal:)(.*)$/.exec(spec)?.[1] ?? (/^\.{0,2}\//.test(spec) ? spec : null);
  if (path === null) return spec;
  return `file:${isAbsolute(path) ? path : resolve(host, path)}`.replaceAll('\\', '/');
}
