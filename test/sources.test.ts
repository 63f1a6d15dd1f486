/** What the sources must not have in them, searched for where the linters know no rule. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { describe, expect, it, test } from 'vitest';

const root = join(import.meta.dirname, '../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));

/** Where a regular expression looks at SQL outside of `src/sql`: a part of it, and why it may. */
const allowed: readonly (readonly [file: string, part: string, why: string])[] = [
  ['adapters/prisma/engine/database.ts', '^(PRAGMA', "Prisma's engine quotes wrongly: its text has no tokens yet."],
  ['adapters/prisma/engine/database.ts', '^(SELECT', "Prisma's engine quotes wrongly: its text has no tokens yet."],
  ['adapters/prisma/schema-blocks.ts', '<gap>', "The comments of Prisma's language."],
  ['cli/report/', String.raw`\r\n`, 'To be shown, SQL is cut into its lines.'],
  ['cli/report/text/findings.ts', '-- ', 'A line of ours that is to be wrapped: whether it is a comment.'],
  ['drift/prisma-script.ts', '^-- [A-Z]', "Prisma's script is cut at its comments, also where it does not split."],
  ['findings/broken-before.ts', String.raw`\r?\n`, 'To be shown, SQL is cut into its lines.'],
  ['sandbox/unknown-names.ts', 'no such table', "The engine's words."],
  ['sandbox/mentions.ts', '', 'A quick look for the names of a list; the tokens decide.'],
];

/** Words that only SQL has in it, and how comments begin. */
const keywords =
  /\b(?:ALTER|BEGIN|CHECK|COLLATE|COMMIT|CONFLICT|CREATE|DEFAULT|DELETE|DROP|EXISTS|FROM|GENERATED|INDEX|INSERT|INTO|libsql_\w+|NULL|PRAGMA|PRIMARY|RAISE|REFERENCES|RENAME|REPLACE|SELECT|sqlite_\w+|STRICT|TABLE|TRIGGER|UPDATE|VALUES|VIEW|VIRTUAL|WHERE|WITHOUT)\b|--(?=[ \\])|\\\/\\\*/i;
/** What is called so holds SQL. */
const ofSql = /^(?:sql|\w*Sql|definition|query|select|trigger|canonical|written|holds)$/;
/** What is called so holds somebody's words, or a name. */
const ofWords = /^(?:message|said|refusal|name|flag)$/;

type Node = Readonly<Record<string, unknown>>;

/** Every node with those around it, the nearest first. */
function* walk(value: unknown, around: readonly Node[] = []): Generator<readonly [Node, readonly Node[]]> {
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  const isNode = typeof node.type === 'string';
  if (isNode) yield [node, around];
  for (const each of Object.values(node)) yield* walk(each, isNode ? [node, ...around] : around);
}

function listNames(node: Node): readonly string[] {
  return [...walk(node)].flatMap(([{ type, value }]) => (type === 'Identifier' ? [String(value)] : []));
}

/** Whether it is a call of a method of what has that name, or with it as an argument. */
function takesPart(call: Node, name: string): boolean {
  if (call.type !== 'CallExpression') return false;
  const { object } = call.callee as { readonly object?: Node };
  const given = (call.arguments as readonly { readonly expression: Node }[]).map(({ expression }) => expression);
  return [object, ...given].some((node) => node?.type === 'Identifier' && node.value === name);
}

/** The text of a regular expression; null for what is none. */
function readPattern(node: Node): string | null {
  if (node.type === 'RegExpLiteral') return String(node.pattern);
  if (node.type !== 'NewExpression' || (node.callee as Node).value !== 'RegExp') return null;
  return [...walk(node.arguments)].map(([{ raw, value }]) => String(raw ?? value ?? '')).join(' ');
}

/** @returns the regular expressions that look at SQL. */
function findLooksAtSql(source: string): readonly string[] {
  const module = parseSync(source, { syntax: 'typescript', target: 'es2022' });
  const nodes = [...walk(module.body)];
  return nodes.flatMap(([node, around]) => {
    const pattern = readPattern(node);
    if (pattern === null) return [];
    const holder = around.find(({ type }) => type === 'CallExpression' || type === 'VariableDeclarator');
    const users =
      holder?.type === 'VariableDeclarator'
        ? nodes.flatMap(([call]) => (takesPart(call, String((holder.id as Node).value)) ? listNames(call) : []))
        : listNames(holder ?? {});
    const isOfSql = users.some((name) => ofSql.test(name));
    const isOfWords = users.some((name) => ofWords.test(name));
    return isOfSql || (keywords.test(pattern) && !isOfWords) ? [pattern] : [];
  });
}

function findPlaces(): readonly (readonly [file: string, pattern: string])[] {
  const others = files.filter((file) => !file.startsWith('sql/'));
  return others.flatMap((file) =>
    findLooksAtSql(readFileSync(join(root, file), 'utf8')).map((pattern) => [file, pattern] as const),
  );
}

describe('a regular expression that looks at SQL', () => {
  const isAllowed = (file: string, pattern: string) =>
    allowed.findIndex(([where, part]) => file.startsWith(where) && pattern.includes(part));

  it('stands in src/sql, where tokens are at hand', () => {
    expect(findPlaces().filter(([file, pattern]) => isAllowed(file, pattern) < 0)).toEqual([]);
  });

  it('is on the list of those allowed only as long as it is there', () => {
    const used = new Set(findPlaces().map(([file, pattern]) => isAllowed(file, pattern)));
    expect(allowed.filter((_, index) => !used.has(index))).toEqual([]);
  });

  test.each([
    [String.raw`const key = /\bON\s+CONFLICT\s+REPLACE\b/i;`, 1],
    ['const isIt = (sql: string) => /^a/.test(sql);', 1],
    ['const pattern = /^a/; const isIt = ({ kind }: One) => pattern.test(kind.definition);', 1],
    ["const list = new RegExp(names.join('|')); const isIt = (sql: string) => list.test(sql);", 1],
    ["const bare = createSql.replace(/'[^']*'/g, '');", 1],
    ['const isIt = (message: string) => /no such table: (.+)/.test(message);', 0],
    [String.raw`const lines = text.split(/\r?\n/);`, 0],
    ["const sql = 'CREATE TABLE t (a)';", 0],
  ])('is found, and nothing else: %s', (source, count) => {
    expect(findLooksAtSql(source)).toHaveLength(count);
  });
});

it('no type is taken by import(), which the import graph does not see', () => {
  const taken = files.filter((file) => {
    const module = parseSync(readFileSync(join(root, file), 'utf8'), { syntax: 'typescript', target: 'es2022' });
    return [...walk(module.body)].some(([{ type }]) => type === 'TsImportType');
  });
  expect(taken).toEqual([]);
});

/** What makes a command that is handed out. */
const ofCommands = ['command', 'typedCommand', 'fixCommand'];

test('no command that is handed out gives a consent: it stands beside it, for a person to add', () => {
  const found = files.flatMap((file) => {
    const tree = parseSync(readFileSync(join(root, file), 'utf8'), { syntax: 'typescript', target: 'es2022' });
    return [...walk(tree)].flatMap(([node]) => {
      const isCommand = node.type === 'CallExpression' && ofCommands.includes(String((node.callee as Node).value));
      return isCommand && holdsConsent(node) ? [file] : [];
    });
  });
  expect(found).toEqual([]);
});

function holdsConsent(node: Node): boolean {
  return [...walk(node.arguments)].some(([{ type, value }]) => type === 'StringLiteral' && value === '--allow');
}
