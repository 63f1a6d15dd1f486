import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { normalizeStatement } from '../../src/sql/normalize.ts';
import { type SqlStatement, splitStatements } from '../../src/sql/split.ts';
import { tokenize } from '../../src/sql/tokenize.ts';
import { scripts } from './corpus.ts';
import { withEngine } from './engine.ts';
import { soup } from './soup.ts';

/** Where SQLite's own sqlite3_complete() ends the statements of each text; null where there is no Python to ask. */
function findEnds(texts: readonly string[]): readonly (readonly number[])[] | null {
  const program = `
import json, sqlite3, sys
def ends(text):
    found, start = [], 0
    for i, character in enumerate(text):
        if character == ';' and sqlite3.complete_statement(text[start:i + 1]):
            found.append(i + 1)
            start = i + 1
    return found
json.dump([ends(text) for text in json.load(sys.stdin)], sys.stdout)`;
  const child = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return child.status === 0 ? JSON.parse(child.stdout) : null;
}

/** The statements that these ends mean. */
function cut(text: string, ends: readonly number[]): readonly SqlStatement[] {
  const froms = [0, ...ends];
  const tos = [...ends.map((end) => end - 1), text.length];
  return froms.flatMap((from, index) => {
    const tokens = tokenize(text.slice(from, tos[index]));
    const first = tokens[0];
    const last = tokens.at(-1);
    if (first === undefined || last === undefined) return [];
    const start = from + first.start;
    return [{ sql: text.slice(start, from + last.end), line: text.slice(0, start).split('\n').length }];
  });
}

/** What the parser reads and sqlite3_complete() does not know: see `soup`. */
const differing = new Set(['a byte order mark', 'white space of every kind', 'a Tcl variable with a semicolon']);

it('cuts where sqlite3_complete() does, in every prefix of the corpus and in random texts', (context) => {
  const corpus = Object.entries(scripts).filter(([name]) => !differing.has(name));
  // Python counts characters beyond the basic plane as one, JavaScript as two.
  const prefixes = corpus.flatMap(([, sql]) => {
    const basic = sql.replaceAll('😀', '名');
    return Array.from({ length: basic.length + 1 }, (_, length) => basic.slice(0, length));
  });
  const texts = [...prefixes, ...fc.sample(soup, { numRuns: 4000, seed: 7 })];
  const ends = findEnds(texts);
  if (ends === null) return context.skip('python3 with its sqlite3 module is not here to compare with');
  expect(ends).toHaveLength(texts.length);
  for (const [index, text] of texts.entries()) {
    expect({ text, statements: splitStatements(text) }).toEqual({ text, statements: cut(text, ends[index] ?? []) });
  }
});

const schemaQuery = 'SELECT type, name, sql FROM sqlite_schema ORDER BY rowid';

/** The schema after running the script as a whole. */
function readSchema(sql: string) {
  return withEngine((engine) => {
    engine.run(sql);
    return engine.query(schemaQuery);
  });
}

/** The schema after running statement by statement. */
function readSplitSchema(sql: string) {
  return withEngine((engine) => {
    for (const statement of splitStatements(sql)) engine.query(statement.sql);
    return engine.query(schemaQuery);
  });
}

describe('libSQL itself makes the same of the statements one by one as of the whole script', () => {
  test.each(Object.entries(scripts))('%s', (_name, sql) => {
    expect(readSplitSchema(sql)).toEqual(readSchema(sql));
  });

  it('for the scripts with random white space and comments between their tokens', () => {
    const glue = fc.constantFrom(
      ' ',
      '\n',
      '\r\n',
      '\t ',
      " -- it's;\n",
      '/* "; */',
      '/*;*/ ',
      ' --\r\n',
      '\n/* END; */\n',
    );
    const glues = fc.array(glue, { minLength: 300, maxLength: 300 });
    // libSQL stores the comments behind a view or an index, which our statements no longer have.
    const normalize = (schema: readonly (readonly unknown[])[]) =>
      schema.map(([type, name, sql]) => [type, name, typeof sql === 'string' ? normalizeStatement(sql) : sql]);
    // A module reads its arguments as text, comments included.
    const plain = Object.values(scripts).filter((script) => !script.includes('VIRTUAL'));
    fc.assert(
      fc.property(fc.constantFrom(...plain), glues, (script, between) => {
        const sql = tokenize(script).reduce((text, token, index) => text + between[index % 300] + token.text, '');
        expect(splitStatements(sql)).toHaveLength(splitStatements(script).length);
        expect(normalize(readSplitSchema(sql))).toEqual(normalize(readSchema(sql)));
        expect(normalize(readSplitSchema(sql))).toEqual(normalize(readSplitSchema(script)));
      }),
      { numRuns: 60 },
    );
  });
});
