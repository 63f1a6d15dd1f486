/** `npm run bench`: what migrate-prod costs, beside others. Arguments go on to bench/run.mjs. */

import { ensureBuilt, ensureInstalled, explain } from './install.mjs';

try {
  ensureInstalled();
  ensureBuilt();
} catch (error) {
  explain(error);
}

// Node would read that file at the start of every process that is timed.
delete process.env.NODE_EXTRA_CA_CERTS;
await import('../bench/run.mjs');
