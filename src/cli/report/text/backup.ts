/** The way back, as people read it before the first write: what was saved, and the restore point. */

import { printable } from '../../../adapters/terminal/printable.ts';
import type { Screen } from '../../../adapters/terminal/streams.ts';
import {
  describeRestorePoint,
  findRestoreCommand,
  type RestorePoint,
  renderInstant,
} from '../../../backup/restore-point.ts';
import type { BackupProgress, SavedBackup } from '../../../ports.ts';
import type { Target } from '../../../target/target.ts';
import { count } from '../../../text/count.ts';
import { hang } from './layout.ts';
import { renderBytes } from './size.ts';

/** @param path as shown to people. */
export function renderSaved(saved: SavedBackup, path: string, target: Target, screen: Screen): string {
  const { paint } = screen;
  const proof = saved.rows === null ? 'verified' : `${count(saved.rows, 'row')}, verified`;
  const back = target.type === 'file' ? 'To get it back, stop what uses the database, then:' : 'To get it back:';
  const state = describeState(saved, target);
  return [
    ...hang(`Backup: ${printable(path)}, ${renderBytes(saved.bytes)}, ${proof}, ${state}. ${back}`, 2, 2, screen),
    `  ${paint.cyan(printable(findRestoreCommand(target, path)))}`,
  ]
    .map((line) => `  ${line}\n`)
    .join('');
}

/** Which state of production it has, as far as that is known. */
function describeState({ at, replicationIndex }: SavedBackup, target: Target): string {
  const instant = at === null ? 'as of an unknown time (the server did not say)' : `as of ${renderInstant(at)}`;
  if (target.type === 'file') return instant;
  return replicationIndex === null ? instant : `${instant}, replication index ${replicationIndex}`;
}

/** Empty where there is nothing to say. */
export function renderRestorePoint(point: RestorePoint, target: Target, screen: Screen): string {
  return describeRestorePoint(target, point)
    .map((line) => (line === `  ${point.command}` ? screen.paint.cyan(line) : line))
    .map((line) => `  ${line}\n`)
    .join('');
}

/** One line of progress. @param path as shown to people. */
export function renderBackingUp({ phase, bytes }: BackupProgress, path: string): string {
  const size = renderBytes(bytes);
  if (phase === 'copying') return `Saving a copy to ${printable(path)}, ${size}`;
  return `Checking that ${printable(path)} can be loaded again, ${size}`;
}
