/** Refusals of Prisma's schema engine, in the words of this program. */

import { stripVTControlCharacters } from 'node:util';
import { MigrateError } from '../../../errors.ts';
import type { PrismaSchema } from '../../../ports.ts';
import { say, shell } from '../../../text/prose.ts';
import { quoteArgument } from '../../../text/shell.ts';
import type { EngineReply } from './messages.ts';

type EngineRefusal = Extract<EngineReply, { type: 'refused' }>;

/** Prisma's own codes (its error reference). */
const invalidSchema = 'P1012';
const qualifiedExternalTable = 'P3024';

const mostProblems = 5;

/** @returns SCHEMA_INVALID, PRISMA_CONFIG_INVALID or SCHEMA_ENGINE_FAILED */
export function explainRefusal({ code, message }: EngineRefusal, schema: PrismaSchema): MigrateError {
  const [said = ''] = stripVTControlCharacters(message).split(/\n\s+0: /);
  if (code === invalidSchema) return refuseSchema(said, schema);
  if (code === qualifiedExternalTable) {
    return new MigrateError(
      'PRISMA_CONFIG_INVALID',
      `Prisma refuses "tables.external" of its config (${code}): ${joinLines(said)}. Nothing was written.`,
      'Leave out the part before the dot: SQLite has no schemas to name.',
    );
  }
  return refuseEngine(code === null ? said : `${code}: ${said}`);
}

/** @returns SCHEMA_ENGINE_FAILED */
export function refuseEngine(reason: string): MigrateError {
  return new MigrateError(
    'SCHEMA_ENGINE_FAILED',
    `Prisma's schema engine failed: ${joinLines(reason)}. Nothing was written.`,
    say`Run it again. If it fails again although ${shell('npx prisma validate')} accepts the schema, report it with this message.`,
  );
}

/** @returns SCHEMA_ENGINE_FAILED */
export function refuseStatement(sql: string, cause: unknown): MigrateError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MigrateError(
    'SCHEMA_ENGINE_FAILED',
    `Prisma's schema engine was not run, because this statement does not run in an empty database: ${joinLines(reason)}. Nothing was written.\n${sql.trim()}`,
    'If the statement is right, report it with this message.',
    { cause },
  );
}

function refuseSchema(said: string, schema: PrismaSchema): MigrateError {
  const problems = [...said.matchAll(/^error: (.*?)\n\s*-->\s+(.+?):(\d+)$/gms)].map(
    ([, reason = '', path = '', line = '']) => ({ path, text: `${path}:${line}  ${joinLines(reason)}` }),
  );
  const path = problems[0]?.path ?? schema.files[0]?.path ?? 'schema.prisma';
  const lines = problems.length === 0 ? [joinLines(said)] : problems.slice(0, mostProblems).map(({ text }) => text);
  if (problems.length > mostProblems) lines.push(`… and ${problems.length - mostProblems} more`);
  return new MigrateError(
    'SCHEMA_INVALID',
    `Prisma refuses the schema (${invalidSchema}); nothing was written.${lines.map((line) => `\n  ${line}`).join('')}`,
    say`Fix ${quoteArgument(path)}, then check it with ${shell('npx prisma validate')}.`,
  );
}

/** One line, without a full stop at its end. */
function joinLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
    .replace(/[.\s]+$/, '');
}
