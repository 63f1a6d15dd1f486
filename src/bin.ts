#!/usr/bin/env node
/** The executable: makes Node keep the compiled command for the next start, and starts it. */

import { fileURLToPath } from 'node:url';

/**
 * The folder is beside the program. Node's default is a folder for temporary files, which all users of a machine share,
 * and the kept files are code that runs with production's token. A user who can write beside the program can change the
 * program itself.
 */
function keepCompiled(): void {
  const module: object = process.getBuiltinModule('node:module');
  // Since Node 22.1. It throws nothing: if the folder cannot be written, nothing is kept.
  if (!('enableCompileCache' in module) || typeof module.enableCompileCache !== 'function') return;
  module.enableCompileCache(fileURLToPath(new URL('compiled', import.meta.url)));
}

keepCompiled();
void import('./command.ts');
