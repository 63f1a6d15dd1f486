/** What `doctor` finds out, part by part: one that cannot be had stops none that does not need it. */

import type { Credentials } from '../../adapters/files/credentials.ts';
import { describeInstall } from '../../adapters/files/install-command.ts';
import { readMigrations } from '../../adapters/files/migrations.ts';
import { isWithin, showPath } from '../../adapters/files/paths.ts';
import { readSettings } from '../../adapters/files/settings.ts';
import { askGit, findOpenMode, findWayOut } from '../../adapters/files/token-file.ts';
import { readLayout } from '../../adapters/prisma/layout.ts';
import { findPrisma, latestKnownPrisma } from '../../adapters/prisma/prisma-version.ts';
import { findProjectRoot, openProject, type ProjectRoot } from '../../adapters/prisma/project.ts';
import { readPrismaSchema } from '../../adapters/prisma/schema.ts';
import type { CredentialsKept, Facts, FoundToken, Looked } from '../../doctor/facts.ts';
import { readClaims } from '../../doctor/token.ts';
import type { Migration } from '../../history/migration.ts';
import type { PrismaSchema } from '../../ports.ts';
import type { Target } from '../../target/target.ts';
import { createReadingOutside, startSchemaEngine } from '../../wiring.ts';
import type { Run } from '../context.ts';
import { callTarget, chooseCredentials } from '../open-target.ts';
import { projectOptions } from '../session.ts';
import { gatherDatabase } from './doctor-database.ts';
import { createLook, type Look, skip } from './doctor-look.ts';

/** Of a part, unless --timeout says otherwise. */
const defaultSeconds = 10;
/** package.json's `engines`; a test compares them. */
export const neededNode = '20.19';

interface Gathered {
  readonly facts: Facts;
  /** null where it is not known. */
  readonly target: Target | null;
  readonly requests: number;
}

/** Sequence matters: credentials are read before a prisma.config file, which can change the environment. */
export async function gatherFacts(run: Run): Promise<Gathered> {
  const seconds = run.options.timeout === undefined ? defaultSeconds : run.timeoutSeconds;
  const look = createLook(seconds);
  const root = await look(() => findProjectRoot(projectOptions(run)));
  const credentials = await look(() => readTarget(run, root));
  const project = await gatherProject(run, look, root);
  const embedded = await look(() => readEmbedded(run));
  const database = await gatherDatabase({ run, look, seconds, credentials, migrations: project.migrations });
  // After that: it would take the time of what is measured there.
  const prismaEngine = await askEngine(look, seconds, project.schemaText);
  run.progress.done();
  const { migrations, folder, schemaText: _, ...found } = project;
  return {
    facts: {
      now: Date.now(),
      node: { version: run.context.nodeVersion, needed: neededNode },
      embedded,
      ...found,
      prismaEngine,
      migrations: mapLooked(migrations, (list) => ({
        folder,
        count: list.length,
        last: list.at(-1)?.name ?? null,
      })),
      credentials: mapLooked(credentials, ({ target, source }) => ({ target, source })),
      kept: await lookAtFile(run, look, credentials),
      token: mapLooked(credentials, findToken),
      ...database.facts,
    },
    target: credentials.type === 'found' ? credentials.value.target : null,
    requests: database.requests,
  };
}

function mapLooked<Value, Result>(looked: Looked<Value>, map: (value: Value) => Result): Looked<Result> {
  return looked.type === 'found' ? { type: 'found', value: map(looked.value) } : looked;
}

async function readTarget(run: Run, root: Looked<ProjectRoot>): Promise<Credentials> {
  const folder = root.type === 'found' ? root.value.root : run.context.cwd;
  const credentials = await chooseCredentials(run, folder, 'create');
  const target = callTarget(credentials.target, run, folder);
  run.setTarget(target);
  return { ...credentials, target };
}

function findToken({ token }: Credentials): FoundToken {
  if (token === null) return { type: 'none' };
  const claims = readClaims(token.reveal());
  return claims === null ? { type: 'opaque' } : { type: 'jwt', claims };
}

async function lookAtFile(run: Run, look: Look, credentials: Looked<Credentials>): Promise<Facts['kept']> {
  if (credentials.type !== 'found') return skip('no credentials can be used');
  const { tokenFile } = credentials.value;
  return look(async () => (tokenFile === null ? null : readKept(run, tokenFile)));
}

/** Milliseconds. */
const longestGit = 5_000;

/** @param path absolute. */
async function readKept({ context: { cwd, env, signal } }: Run, path: string): Promise<CredentialsKept> {
  const { remove, ignoreFile, ignoreLine } = findWayOut(path, cwd);
  return {
    file: showPath(path, cwd),
    openMode: findOpenMode(path),
    git: await askGit(path, env, { signal: AbortSignal.any([signal, AbortSignal.timeout(longestGit)]) }),
    remove,
    ignore: ignoreLine === null ? null : { file: ignoreFile, line: ignoreLine },
  };
}

interface GatheredProject extends Pick<Facts, 'project' | 'prisma' | 'installPrisma' | 'schema'> {
  readonly schemaText: Looked<PrismaSchema | null>;
  readonly migrations: Looked<readonly Migration[]>;
  /** Of the migrations, as shown to people. */
  readonly folder: string;
}

async function gatherProject(run: Run, look: Look, root: Looked<ProjectRoot>): Promise<GatheredProject> {
  const unread = (because: string) => {
    const none = skip(because);
    return { prisma: none, installPrisma: '', schema: none, schemaText: none, migrations: none, folder: '' };
  };
  if (root.type !== 'found') return { ...unread('there is no project'), project: root };
  const { cwd } = run.context;
  const path = root.value.root;
  const opened = await look(async () => {
    readSettings(path, cwd);
    return openProject(path, projectOptions(run));
  });
  const prisma = await look(() => findPrisma(path));
  const installPrisma = describeInstall(path, 'prisma', cwd, latestKnownPrisma);
  if (opened.type !== 'found') {
    return { ...unread('the project could not be read'), project: opened, prisma, installPrisma };
  }
  const { schema, migrationsFolder, externalTables } = opened.value;
  const schemaText = await look(() =>
    schema === null ? null : readPrismaSchema({ path: schema, root: path, cwd, externalTables }),
  );
  return {
    project: { type: 'found', value: { root: path, why: describeWhy(run, path) } },
    prisma,
    installPrisma,
    schemaText,
    schema: mapLooked(schemaText, () => ({ path: schema === null ? null : showPath(schema, cwd) })),
    migrations: await look(() => readMigrations(migrationsFolder, cwd, schema)),
    folder: showPath(migrationsFolder, cwd),
  };
}

function describeWhy({ context: { cwd }, options }: Run, root: string): string {
  const { config, schema, migrations } = readLayout(root);
  const parts = [config, schema, ...migrations].filter((path) => path !== null).map((path) => showPath(path, root));
  const where =
    options.schema !== undefined || options.migrations !== undefined
      ? 'where the options point'
      : root === cwd
        ? 'the current directory'
        : isWithin(cwd, root)
          ? 'the nearest folder above'
          : 'the only project below';
  return `${where}${parts.length === 0 ? '' : `; it has ${parts.join(', ')}`}`;
}

async function readEmbedded(run: Run): Promise<string> {
  const mirror = await createReadingOutside(run.context.signal).openMirror();
  try {
    return String(mirror.query('SELECT sqlite_version()')[0]?.[0]);
  } finally {
    mirror.close();
  }
}

/** With a schema of ours where the project has none that can be read. */
const smallest: PrismaSchema = {
  files: [
    { path: 'schema.prisma', content: 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n' },
  ],
  externalTables: [],
};

async function askEngine(look: Look, seconds: number, schema: Looked<PrismaSchema | null>): Promise<Looked<null>> {
  const given = schema.type === 'found' && schema.value !== null ? schema.value : smallest;
  const engine = startSchemaEngine({ compile: 'fast', timeoutSeconds: seconds });
  try {
    return await look(async () => {
      await engine.open(given).diff([]);
      return null;
    });
  } finally {
    await engine.close();
  }
}
