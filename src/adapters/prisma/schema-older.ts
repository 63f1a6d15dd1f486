/** Making a schema of Prisma 6 readable for the engine of Prisma 7, with every line and column where it was. */

import { type Assignment, type Block, type PrismaToken, parseBlocks } from './schema-blocks.ts';

/** Prisma 7 has moved them to its config file, and its engine refuses them in a schema. */
const movedProperties: ReadonlySet<string> = new Set(['url', 'directUrl', 'shadowDatabaseUrl']);

/**
 * The preview features that decide what tables a SQLite schema asks for. The engine refuses the names that it does not
 * know (such as `metrics` and `fullTextSearchPostgres`, gone in Prisma 7), and takes no notice of the others.
 */
const features: ReadonlySet<string> = new Set(['views', 'partialindexes']);

/** The same text with blanks in place of what Prisma 7 refuses and Prisma 6 needs. */
export function blankOlderSyntax(text: string): string {
  const changes = parseBlocks(text).flatMap((block) =>
    block.assignments.map((assignment) => rewriteAssignment(block, assignment, text)),
  );
  let rest = 0;
  let result = '';
  for (const change of changes) {
    if (change === null) continue;
    result += text.slice(rest, change.start) + change.text.padEnd(change.end - change.start);
    rest = change.end;
  }
  return result + text.slice(rest);
}

interface Change {
  readonly start: number;
  readonly end: number;
  /** Not longer than what it stands for. */
  readonly text: string;
}

function rewriteAssignment(block: Block, assignment: Assignment, text: string): Change | null {
  const { name, start, end, value } = assignment;
  if (block.keyword === 'datasource' && movedProperties.has(name)) return { start, end, text: '' };
  if (block.keyword !== 'generator' || name !== 'previewFeatures' || !value.every(isPartOfList)) return null;
  const named = value.filter(({ kind }) => kind === 'string');
  const kept = named.filter((feature) => features.has(feature.text.slice(1, -1).toLowerCase()));
  if (kept.length === named.length) return null;
  if (kept.length === 0) return { start, end, text: '' };
  const from = value[0]?.start ?? start;
  return { start: from, end, text: `[${kept.map((feature) => text.slice(feature.start, feature.end)).join(',')}]` };
}

function isPartOfList({ kind, text }: PrismaToken): boolean {
  return kind === 'string' || text === '[' || text === ']' || text === ',';
}
