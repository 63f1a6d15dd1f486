/** The project: where it is, and what it has. */

import { count } from '../text/count.ts';
import { shell } from '../text/prose.ts';
import { type Judged, ok, refused, skipped, warning } from './check.ts';
import type { Facts, FoundMigrations, FoundProject, FoundSchema, Looked } from './facts.ts';

export function judgeProject(project: Looked<FoundProject>): Judged {
  return judge(project, ({ root, why }) => ok(`${root}, ${why}`));
}

export function judgePrisma(
  { prisma, installPrisma }: Pick<Facts, 'prisma' | 'installPrisma'>,
  latestKnown: number,
): Judged {
  return judge(prisma, (found) => {
    const install = shell(installPrisma);
    if (found === null) return warning('not installed: new migrations cannot be written here', install);
    const { version, major, isInstalled } = found;
    if (major > latestKnown) {
      const text = `${version}: drift and check read schemas up to Prisma ${latestKnown}`;
      return warning(text, `Look for a newer migrate-prod, or stay with Prisma ${latestKnown}.`);
    }
    return isInstalled ? ok(version) : warning(`package.json asks for ${version}, which is not installed`, install);
  });
}

/** @param engine what Prisma's engine said of it. */
export function judgeSchema(schema: Looked<FoundSchema>, engine: Looked<null>): Judged {
  return judge(
    schema,
    ({ path }) => {
      if (path === null)
        return warning('none found: drift and check need it', 'Pass it with --schema path/to/schema.prisma');
      if (engine.type === 'failed' && engine.error.code === 'SCHEMA_INVALID') return refused(engine.error, 'warning');
      return engine.type === 'found' ? ok(`${path}, and Prisma's engine takes it`) : ok(path);
    },
    'warning',
  );
}

export function judgeMigrations(migrations: Looked<FoundMigrations>): Judged {
  return judge(migrations, ({ folder, count: number, last }) => {
    if (last === null) return warning(`${folder} has none yet`, shell('npx prisma migrate dev'));
    return ok(`${count(number, 'migration')} in ${folder}, the last is ${last}`);
  });
}

function judge<Value>(
  looked: Looked<Value>,
  found: (value: Value) => Judged,
  unfound: 'warning' | 'failed' = 'failed',
): Judged {
  switch (looked.type) {
    case 'found':
      return found(looked.value);
    case 'failed':
      return refused(looked.error, unfound);
    case 'skipped':
      return skipped(looked.because);
  }
}
