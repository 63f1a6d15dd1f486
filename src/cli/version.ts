/** This program's version, read only where it is said. */

import { readFile } from 'node:fs/promises';

export async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const content: { readonly version: string } = JSON.parse(text);
  return content.version;
}
