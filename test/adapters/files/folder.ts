/** A temporary folder with files in it, and the error of a call, for the tests of what reads the user's project. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { MigrateError } from '../../../src/errors.ts';

/** Creates a folder that is removed when the test is over. A name that ends in a slash is an empty folder. */
export function createFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'migrate-prod-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (name.endsWith('/')) {
      mkdirSync(path, { recursive: true });
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

/** The error that a call ends with; anything but a MigrateError fails the test. */
export async function catchError(call: () => unknown): Promise<MigrateError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof MigrateError) return error;
    throw error;
  }
  throw new Error('The call was expected to be refused, but it succeeded.');
}
