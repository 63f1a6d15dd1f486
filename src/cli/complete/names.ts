/** Names that completion offers: of migrations, tables, files and targets. What cannot be read has none. */

import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scriptName } from '../../adapters/files/migrations.ts';
import { readKind, readSubfolders } from '../../adapters/files/paths.ts';
import { listBeside, readLayout } from '../../adapters/prisma/layout.ts';
import { findProjectRoot } from '../../adapters/prisma/project.ts';
import { readPrismaSchema } from '../../adapters/prisma/schema.ts';
import type { Candidate } from '../../complete/wanted.ts';
import { findTargetOfFile } from '../../target/names.ts';

/** Where the line that is being typed looks for things. */
export interface Typed {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly schema: string | undefined;
  readonly migrations: string | undefined;
}

/** Newest first, where the shell keeps an order. */
export function listMigrations(typed: Typed): readonly Candidate[] {
  const folder = findMigrations(typed);
  if (folder === null) return [];
  const names = readSubfolders(folder).filter((name) => readKind(join(folder, name, scriptName)) === 'file');
  return names.reverse().map((word) => ({ word, says: 'migration' }));
}

/** The usual places only: a prisma.config file may name others, but reading it would run its code at each TAB. */
function findMigrations({ cwd, migrations, ...typed }: Typed): string | null {
  if (migrations !== undefined) return resolve(cwd, migrations);
  const { root, schema } = findSchema({ cwd, migrations, ...typed });
  const found = typed.schema === undefined ? readLayout(root).migrations : [];
  return found[0] ?? listBeside(root, schema).find((place) => readKind(place) === 'folder') ?? null;
}

function findSchema({ cwd, env, schema }: Typed): { readonly root: string; readonly schema: string | null } {
  const { root } = findProjectRoot({ cwd, env, schema, config: 'ignored' });
  return { root, schema: schema === undefined ? readLayout(root).schema : resolve(cwd, schema) };
}

/** The tables of the schema's models. Production has them too, but asking it would send its token at each TAB. */
export function listTables(typed: Typed): readonly Candidate[] {
  const { root, schema } = findSchema(typed);
  if (schema === null) return [];
  const { files } = readPrismaSchema({ path: schema, root, cwd: typed.cwd, externalTables: [] });
  return files.flatMap(({ content }) => findTables(content)).map((word) => ({ word, says: 'table' }));
}

/** A model's own name, or the one that `@@map` gives it. */
function findTables(schema: string): readonly string[] {
  const text = schema.replace(/\/\/.*$/gm, '');
  return [...text.matchAll(/^[ \t]*model\s+(\w+)\s*\{([\s\S]*?)^[ \t]*\}/gm)].map(
    ([, model = '', body = '']) => /@@map\(\s*(?:name:\s*)?"([^"]+)"/.exec(body)?.[1] ?? model,
  );
}

export function listTargets({ cwd, env }: Typed): readonly Candidate[] {
  const { root } = findProjectRoot({ cwd, env, config: 'ignored' });
  const names = [...listNames(root), ...listNames(cwd)].flatMap((name) => findTargetOfFile(name) ?? []);
  return [...new Set(names)].sort().map((word) => ({ word, says: 'target' }));
}

export function listEnvFiles({ cwd }: Typed): readonly Candidate[] {
  const names = listNames(cwd).filter((name) => name === '.env' || name.startsWith('.env.'));
  return names.sort().map((word) => ({ word, says: 'credentials' }));
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
