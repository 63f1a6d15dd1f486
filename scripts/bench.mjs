/** `npm run bench`: what migrate-prod costs, beside others. Arguments go on to bench/run.mjs. */

import { ensureBuilt, ensureInstalled, explain } from './install.mjs';

try {
  ensureInstalled();
  ensureBuilt();
} catch (error) {
  explain(error);
}

await import('../bench/run.mjs');
