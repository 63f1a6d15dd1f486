/** Builds dist/ from nothing. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compile, ensureInstalled, explain, root } from './install.mjs';

try {
  ensureInstalled();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  compile();
} catch (error) {
  explain(error);
}
