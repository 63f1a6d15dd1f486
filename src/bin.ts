#!/usr/bin/env node
/** The executable: has Node keep the compiled command for the next start, and starts it. */

import { fileURLToPath } from 'node:url';

/**
 * Beside the program, and not in Node's default, a folder for temporary files: all users of a machine share that one, and what
 * is kept is code that runs with production's token. Who may write here may change the program itself.
 */
function keepCompiled(): void {
  const module: object = process.getBuiltinModule('node:module');
  // Since Node 22.1. It throws nothing: where the folder cannot be written, nothing is kept.
  if (!('enableCompileCache' in module) || typeof module.enableCompileCache !== 'function') return;
  module.enableCompileCache(fileURLToPath(new URL('compiled', import.meta.url)));
}

keepCompiled();
void import('./command.ts');
