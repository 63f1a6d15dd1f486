/** Where the running program came from, as the package manager recorded it that put it there. */

import { isAbsolute, join, resolve } from 'node:path';
import type { Origin } from '../../init/spec.ts';
import { largest, readTextIfPresent } from '../files/regular-file.ts';
import { findProperty } from '../prisma/layout.ts';
import { toSlashes } from './facts.ts';

export interface RunningProgram {
  /** The folder of its package, absolute. */
  readonly folder: string;
  readonly version: string;
  /** The script that Node was given, absolute: a package manager's link leads back to where it installed. */
  readonly script: string;
}

export function readOrigin({ folder, version, script }: RunningProgram): Origin {
  const installed = [script, join(folder, 'package.json')].map(findHost).find((host) => host !== null) ?? null;
  const recorded = installed === null ? null : readSpec(installed);
  return { recorded, folder: toSlashes(folder), version };
}

/** The folder whose node_modules has it: of a project, or one that `npx` or `pnpm dlx` made. */
function findHost(path: string): string | null {
  const at = toSlashes(path).search(/\/node_modules\/(?:\.bin|\.pnpm|migrate-prod)\//);
  return at === -1 ? null : path.slice(0, at);
}

/** From its package.json, which a cache of npx has too. A path is made absolute. */
function readSpec(host: string): string | null {
  const text = readTextIfPresent(join(host, 'package.json'), largest.package);
  if (text === null) return null;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return null;
  }
  const spec = ['dependencies', 'devDependencies']
    .map((field) => findProperty(findProperty(content, field), 'migrate-prod'))
    .find((found) => typeof found === 'string');
  return typeof spec === 'string' ? toAbsolute(spec, host) : null;
}

function toAbsolute(spec: string, host: string): string {
  const path = /^(?:file:|link:|portal:)(.*)$/.exec(spec)?.[1] ?? (/^\.{0,2}\//.test(spec) ? spec : null);
  if (path === null) return spec;
  return `file:${toSlashes(isAbsolute(path) ? path : resolve(host, path))}`;
}
