/** `npm run bench:peers`: migrate-prod beside other migrators, which are installed for it, in bench/peers. Arguments go on to bench/peers/run.mjs. */

import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, explain, installFolder, isInstalledAs, root } from './install.mjs';

const peers = join(root, 'bench', 'peers');

try {
  ensureInstalled();
  ensureBuilt();
  if (!isInstalledAs(peers)) installFolder(peers, 'the peers');
} catch (error) {
  explain(error);
}

delete process.env.NODE_EXTRA_CA_CERTS;
await import('../bench/peers/run.mjs');
