/** The package that this program is in. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
  return 'unknown';
}

/** Absolute, without a separator at its end. */
export function findPackageFolder(): string {
  return fileURLToPath(new URL('../', import.meta.url)).replace(/[\\/]$/, '');
}
