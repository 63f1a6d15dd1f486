/** An extension that only a server has loaded, made where there is a compiler for it. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @returns the folder for a server's `extensions`; null where it cannot be made (no gcc, or no sqlite3ext.h). */
export function makeExtension(): string | null {
  const source = fileURLToPath(new URL('./extension.c', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'migrate-prod-extension-'));
  const file = join(folder, 'own.so');
  if (spawnSync('gcc', ['-shared', '-fPIC', '-o', file, source]).status !== 0) {
    rmSync(folder, { recursive: true });
    return null;
  }
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(join(folder, 'trusted.lst'), `${digest} own.so\n`);
  return folder;
}
