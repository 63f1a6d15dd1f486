/** Builds dist/ from nothing. */

import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compile, ensureInstalled, explain, root } from './install.mjs';

try {
  ensureInstalled();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  compile();
  const bin = join(root, 'dist', 'bin.js');
  if (existsSync(bin)) chmodSync(bin, 0o755);
} catch (error) {
  explain(error);
}
