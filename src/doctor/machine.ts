/** The machine: Node, and the two engines that come with this program. */

import { failed, type Judged, ok, refused, skipped, warning } from './check.ts';
import type { Facts, Looked } from './facts.ts';

export function judgeNode({ version, needed }: Facts['node']): Judged {
  const [major = 0, minor = 0] = splitVersion(version);
  const [neededMajor = 0, neededMinor = 0] = splitVersion(needed);
  const isEnough = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  if (isEnough) return ok(version);
  return failed(`${version}, and ${needed} or newer is needed`, 'Install Node 22 or 24, for example from nodejs.org.');
}

function splitVersion(version: string): readonly number[] {
  return version.replace(/^v/, '').split('.').map(Number);
}

export function judgeEmbedded(engine: Looked<string>): Judged {
  switch (engine.type) {
    case 'found':
      return ok(`loads, SQLite ${engine.value}; migrations are rehearsed on it`);
    case 'failed':
      return refused(engine.error, 'failed');
    case 'skipped':
      return skipped(engine.because);
  }
}

/** `apply` does not need it; `drift` and `check` do. */
export function judgePrismaEngine(engine: Looked<null>): Judged {
  switch (engine.type) {
    case 'found':
      return ok('loads (WebAssembly, for drift and check)');
    case 'failed':
      // It loaded, and refused the schema.
      if (engine.error.code.startsWith('SCHEMA_') && engine.error.code !== 'SCHEMA_ENGINE_FAILED')
        return ok('loads (WebAssembly, for drift and check)');
      return warning(`drift and check do not work: ${engine.error.message}`, engine.error.steps);
    case 'skipped':
      return skipped(engine.because);
  }
}
