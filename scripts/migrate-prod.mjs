#!/usr/bin/env node
/** The command by another door, for a checkout or a skill: installs and builds first where that is still to be done. */

import { existsSync } from 'node:fs';

const helper = new URL('./install.mjs', import.meta.url);

// The published package has no helper, and nothing to install or build.
if (existsSync(helper)) {
  const { ensureBuilt, ensureInstalled, explain } = await import(helper.href);
  try {
    ensureInstalled();
    ensureBuilt();
  } catch (error) {
    explain(error);
  }
}

await import('../dist/bin.cjs');
