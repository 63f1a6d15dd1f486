/** `server-refuses`: a statement that a libSQL server does not run, by its kind or because the server said so. */

import { quoteIdentifier } from '../sql/identifiers.ts';
import { defineFinding, type Found } from './finding.ts';
import { tryable, type Way, wayOf } from './way.ts';

export type ServerRefusesArgs =
  /** `VACUUM`, `ATTACH`, …: refused whatever the schema. */
  | { readonly what: 'verb'; readonly verb: string }
  | { readonly what: 'temporary' }
  /** `changes` is null for a PRAGMA that no server knows. */
  | { readonly what: 'pragma'; readonly pragma: string; readonly changes: MeaningfulPragma | null }
  /** The server's parser refuses a statement of the file. */
  | { readonly what: 'parser'; readonly message: string }
  /** The server's parser refuses a statement that creates an object again after a rebuild. */
  | {
      readonly what: 'parser-recreated';
      readonly message: string;
      readonly sql: string;
      readonly drop: DroppedFirst | null;
    }
  /** The server refused the request. */
  | { readonly what: 'server'; readonly message: string };

/** An object that can be dropped before the rebuild, so that it need not be created again. */
export interface DroppedFirst {
  readonly type: 'view' | 'trigger' | 'index';
  readonly name: string;
}

type ServerRefuses = Found<'server-refuses', 'blocker', ServerRefusesArgs>;

export const serverRefuses = defineFinding({
  code: 'server-refuses',
  kinds: ['blocker'],
  title: 'libSQL servers do not run such a statement',
  effect: 'no-schema',
  say: ({ args }: ServerRefuses) => {
    switch (args.what) {
      case 'verb':
        return `A libSQL server does not run ${args.verb}. ${takeItOut}`;
      case 'temporary':
        return `A libSQL server does not create temporary objects. ${takeItOut}`;
      case 'pragma':
        return args.changes === null
          ? `A libSQL server does not run PRAGMA ${args.pragma}. ${takeItOut}`
          : `PRAGMA ${args.pragma} ${changeWords[args.changes]}. No libSQL server does that. ${takeItOut}`;
      case 'parser':
        return `The server's parser refuses it: ${explainParser(args.message)}`;
      case 'parser-recreated':
        return `The server's parser refuses what has to be recreated around it: ${explainParser(args.message)}`;
      case 'server':
        return `The server refuses it: ${args.message}.`;
    }
  },
  why: ({ args }) => whyWords[args.what],
  way: ({ args }) => {
    if (args.what !== 'parser' && args.what !== 'parser-recreated') return null;
    return args.what === 'parser-recreated' && args.drop !== null ? writeDrop(args.drop) : writeOtherForm(args.message);
  },
  // Only a libSQL server refuses it.
  mayHaveRun: () => true,
  shown: ({ place, args }) => (args.what === 'parser-recreated' ? args.sql : place.sql),
});

const takeItOut = 'Remove it from the file.';

const eachTime =
  'Each time the migration is applied, the server refuses the statement and the whole migration is rolled back.';
const noneOfIt =
  'A server parses a whole request before it runs any part, so nothing of the plan would run. The copy in memory accepts it, because only the parser of a server refuses it.';

const whyWords = {
  verb: eachTime,
  temporary: eachTime,
  pragma: 'Without it the file may do something else than intended. With it a server refuses the file.',
  parser: noneOfIt,
  'parser-recreated': noneOfIt,
  server: null,
} as const;

/** What a PRAGMA changes that no server sets. */
const changeWords = {
  application_id: "changes the number by which programs know the file's kind",
  auto_vacuum: 'changes whether a file shrinks',
  case_sensitive_like: 'changes which rows LIKE finds',
  encoding: 'changes how texts are stored',
  ignore_check_constraints: 'lets in rows that break a CHECK',
  legacy_alter_table: 'changes what a RENAME rewrites in views, triggers and keys',
  max_page_count: 'changes how large the database may become',
  page_size: 'changes how the file is laid out',
  query_only: 'keeps every later statement from writing',
  recursive_triggers: 'makes triggers fire for what triggers and REPLACE do',
  reverse_unordered_selects: 'changes the order in which rows are read',
  schema_version: 'makes other programs read a schema that does not exist',
  secure_delete: 'changes whether deleted rows can still be read in the file',
} as const;

/** A PRAGMA that changes what a migration does, or what is stored of it. */
export type MeaningfulPragma = keyof typeof changeWords;

function explainParser(message: string): string {
  return `${message}.${isOrder(message) ? ' It does not allow ORDER BY inside the parentheses of a function.' : ''}`;
}

function isOrder(message: string): boolean {
  return /^near ORDER\b/.test(message);
}

function writeOtherForm(message: string): string {
  return isOrder(message)
    ? `-- sort before the function is called:\n… group_concat("a", ', ') FROM (SELECT "a" FROM … ORDER BY "a") …`
    : '-- write it in another form; this shows whether the server accepts it, and runs nothing:\nEXPLAIN …;';
}

function writeDrop({ type, name }: DroppedFirst): Way {
  const words = '-- in the same file, before the rebuild; after it, create it in a form that the server accepts:';
  return wayOf([tryable(words, [{ at: 'first', sql: `DROP ${type.toUpperCase()} ${quoteIdentifier(name)};` }])]);
}
