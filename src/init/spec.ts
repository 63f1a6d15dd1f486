/** Where a project is to get this program from: wherever the running one came from, never a name that a stranger may have taken. */

import { findWay } from '../text/way.ts';

/** How the running program came to where it is. */
export interface Origin {
  /** The spec that a package manager recorded where it put it, paths absolute; null where nothing is recorded. */
  readonly recorded: string | null;
  /** The folder of its package, absolute, with forward slashes. */
  readonly folder: string;
  readonly version: string;
}

export interface ChosenSpec {
  readonly spec: string;
  /** True for a path on this machine, which others do not have. */
  readonly isLocal: boolean;
}

/** @param project the folder of package.json, absolute, with forward slashes. */
export function chooseSpec({ recorded, folder, version }: Origin, project: string): ChosenSpec {
  if (recorded === null) return { spec: `file:${showFrom(folder, project)}`, isLocal: true };
  const path = /^(?:file:|link:|portal:)?(\/.*|[a-z]:\/.*)$/i.exec(recorded)?.[1];
  if (path !== undefined) return { spec: `file:${showFrom(path, project)}`, isLocal: true };
  // An address, or a place in git, is as it was given. All else is a version or a tag of a registry: pinned.
  const isAddress = /^(?:git\+|git:|github:|gitlab:|bitbucket:|gist:|https?:|[\w-]+\/[\w.-]+(?:#|$))/.test(recorded);
  return { spec: isAddress ? recorded : version, isLocal: false };
}

/** Relative where the two are in one tree: the project may be moved with it. */
function showFrom(path: string, folder: string): string {
  const { way, shared } = findWay(path, folder);
  if (shared < 2) return path;
  return way.startsWith('..') ? way : `./${way}`;
}
