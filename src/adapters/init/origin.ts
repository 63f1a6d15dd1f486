/** Where the running program came from. */

import type { Origin } from '../../init/spec.ts';
import { toSlashes } from '../files/paths.ts';
import { readRecordedSpec } from './recorded.ts';

export interface RunningProgram {
  /** The folder of its package, absolute. */
  readonly folder: string;
  readonly version: string;
  /** The script that Node was given, absolute: a package manager's link leads back to where it installed. */
  readonly script: string;
}

export function readOrigin({ folder, version, script }: RunningProgram): Origin {
  const own = toSlashes(folder);
  return { recorded: readRecordedSpec(toSlashes(script)) ?? readRecordedSpec(`${own}/`), folder: own, version };
}
