/** Vitest's global setup: builds the command once per run, when it is older than its source. */

import { existsSync } from 'node:fs';
import { ensureBuilt } from '../../scripts/install.mjs';

export async function setup() {
  try {
    await ensureBuilt();
  } catch (error) {
    // Most tests read the source itself; only those of the command need the build, and they say so by failing.
    const state = existsSync(new URL('../../dist/bin.cjs', import.meta.url)) ? 'out of date' : 'missing';
    console.error(`${error.message}\nThe tests go on with a dist/ that is ${state}.`);
  }
}
