/** Pairs of schemas that say the same in other words. */

import type { Sides } from './case.ts';

function pair(name: string, left: string | readonly string[], right: string | readonly string[]): Sides {
  return { name, left: [left].flat(), right: [right].flat() };
}

/** One column of a table, written in two ways. */
function pairOfColumns(name: string, left: string, right: string): Sides {
  const make = (definition: string) => ['CREATE TABLE p (id INTEGER PRIMARY KEY)', `CREATE TABLE t (b, ${definition})`];
  return { name, left: make(left), right: make(right) };
}

/** Pairs that say the same in other words. */
export const harmless: readonly Sides[] = [
  pair('white space', 'CREATE TABLE t (a TEXT, b INT)', 'CREATE\tTABLE t(\r\n  a   TEXT ,\n b\fINT\n)'),
  pair('comments', 'CREATE TABLE t (a TEXT, b INT)', 'CREATE TABLE t (-- one, two\n a /* ) */ TEXT, b INT -- end\n)'),
  pair('quoting', 'CREATE TABLE t (a TEXT, b INT)', 'CREATE TABLE "t" (`a` TEXT, [b] INT)'),
  pair('names as strings', 'CREATE TABLE t (a TEXT, b INT)', "CREATE TABLE 't' ('a' TEXT, 'b' INT)"),
  pair('the case of names', 'CREATE TABLE t (a TEXT, b INT)', 'CREATE TABLE T (A TEXT, "B" INT)'),
  pair('the case of keywords', 'CREATE TABLE t (a TEXT NOT NULL)', 'create table t (a TEXT not null)'),
  pair('the case of types', 'CREATE TABLE t (a VARCHAR(10))', 'CREATE TABLE t (a VarChar(10))'),
  pair('spaces within a type', 'CREATE TABLE t (a DECIMAL(10,2))', 'CREATE TABLE t (a DECIMAL ( 10 , 2 ))'),
  pair('a type in quotes', 'CREATE TABLE t (a TEXT)', 'CREATE TABLE t (a "TEXT")'),
  pair(
    'a rowid that is required',
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a INTEGER NOT NULL PRIMARY KEY)',
  ),
  pair(
    'a rowid that is required after the columns, and what to do with a NULL that never is',
    'CREATE TABLE t (a INTEGER, b INT, PRIMARY KEY (a DESC)) STRICT',
    'CREATE TABLE t (a INTEGER NOT NULL ON CONFLICT IGNORE, b INT, PRIMARY KEY ("a" COLLATE BINARY)) STRICT',
  ),
  pair(
    'a key of a column in parentheses',
    'CREATE TABLE t (a, b, UNIQUE (a, b))',
    'CREATE TABLE t (a, b, UNIQUE ((a), ("b")))',
  ),
  pair(
    'an index of a column in parentheses',
    ['CREATE TABLE t (a)', 'CREATE INDEX i ON t (a COLLATE nocase)'],
    ['CREATE TABLE t (a)', 'CREATE INDEX i ON t (((a) COLLATE "NOCASE"))'],
  ),
  pair(
    'names of constraints that are none',
    'CREATE TABLE t (a INT)',
    'CREATE TABLE t (a INT CONSTRAINT x, CONSTRAINT y)',
  ),
  pair('a deferral of no key', 'CREATE TABLE t (a INT)', 'CREATE TABLE t (a INT DEFERRABLE INITIALLY DEFERRED)'),
  pair('a type of two words', 'CREATE TABLE t (a UNSIGNED BIG INT)', 'CREATE TABLE t (a unsigned  big\nint)'),
  pair('the order of columns', 'CREATE TABLE t (a TEXT, b INT)', 'CREATE TABLE t (b INT, a TEXT)'),
  pair('IF NOT EXISTS', 'CREATE TABLE t (a TEXT)', 'CREATE TABLE IF NOT EXISTS t(a TEXT)'),
  pair('the schema main', 'CREATE TABLE t (a TEXT)', 'CREATE TABLE main.t(a TEXT)'),
  pair('CREATE TABLE AS', 'CREATE TABLE t (a INT)', [
    'CREATE TABLE s (a INT)',
    'CREATE TABLE t AS SELECT a FROM s',
    'DROP TABLE s',
  ]),
  pair('a column that was added', 'CREATE TABLE t (b INT DEFAULT 1, a TEXT UNIQUE, CHECK (b > 0))', [
    'CREATE TABLE t (a TEXT, UNIQUE (a))',
    'ALTER TABLE t ADD COLUMN b INT DEFAULT 1 CHECK (b > 0)',
  ]),
  pair('a column that was renamed', 'CREATE TABLE t (a TEXT CHECK (a > 1))', [
    'CREATE TABLE t (x TEXT CHECK (x > 1))',
    'ALTER TABLE t RENAME COLUMN x TO "A"',
  ]),
  pair('a column that was dropped', 'CREATE TABLE t ("a" TEXT)', [
    'CREATE TABLE t (a TEXT, b INT)',
    'ALTER TABLE t DROP COLUMN b',
  ]),
  pair(
    'tables that were renamed, with what refers to them',
    [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, up INT REFERENCES t (id))',
      'CREATE TABLE c (t INT REFERENCES t (id))',
      'CREATE INDEX i ON t (up)',
      'CREATE VIEW v AS SELECT id FROM t',
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE id = new.up; END',
    ],
    [
      'CREATE TABLE x (id INTEGER PRIMARY KEY, up INT REFERENCES x (id))',
      'CREATE TABLE c (t INT REFERENCES x (id))',
      'CREATE INDEX i ON x (up)',
      'CREATE VIEW v AS SELECT id FROM x',
      'CREATE TRIGGER g AFTER INSERT ON x BEGIN DELETE FROM x WHERE id = new.up; END',
      'ALTER TABLE x RENAME TO t',
    ],
  ),
  pair(
    'a table that was rebuilt',
    'CREATE TABLE "T" ("id" INTEGER NOT NULL PRIMARY KEY, "up" INTEGER REFERENCES "T" ("id"))',
    [
      'CREATE TABLE "T" ("id" INTEGER)',
      'CREATE TABLE "new_T" ("id" INTEGER NOT NULL PRIMARY KEY, "up" INTEGER, FOREIGN KEY ("up") REFERENCES "T" ("id"))',
      'DROP TABLE "T"',
      'ALTER TABLE "new_T" RENAME TO "T"',
    ],
  ),
  pairOfColumns('DEFAULT NULL', 'a TEXT', 'a TEXT DEFAULT NULL'),
  pairOfColumns('DEFAULT NULL in parentheses', 'a TEXT', 'a TEXT DEFAULT (NULL)'),
  pairOfColumns('a bare NULL', 'a TEXT', 'a TEXT NULL'),
  pairOfColumns('one literal in parentheses', 'a INT DEFAULT 1', 'a INT DEFAULT (1)'),
  pairOfColumns('a negative literal in parentheses', 'a INT DEFAULT -1', 'a INT DEFAULT (( - 1 ))'),
  pairOfColumns('a plus sign', 'a INT DEFAULT 1', 'a INT DEFAULT +1'),
  pairOfColumns('a string in parentheses', "a TEXT DEFAULT 'It''s'", "a TEXT DEFAULT ('It''s')"),
  pairOfColumns('a bare string', "a TEXT DEFAULT 'abc'", 'a TEXT DEFAULT abc'),
  pairOfColumns('a string in double quotes', "a TEXT DEFAULT 'Abc'", 'a TEXT DEFAULT "Abc"'),
  pairOfColumns('a string in brackets', "a TEXT DEFAULT 'Abc'", 'a TEXT DEFAULT [Abc]'),
  pairOfColumns('the case of TRUE', 'a BOOLEAN DEFAULT TRUE', 'a BOOLEAN DEFAULT true'),
  pairOfColumns('FALSE, which is 0', 'a BOOLEAN DEFAULT FALSE', 'a BOOLEAN DEFAULT 0'),
  pairOfColumns('the case of a blob', "a BLOB DEFAULT x'AB'", "a BLOB DEFAULT X'ab'"),
  pairOfColumns('the case of a number', 'a INT DEFAULT 0xAB', 'a INT DEFAULT 0Xab'),
  pairOfColumns('the case of a time', 'a DATETIME DEFAULT CURRENT_TIMESTAMP', 'a DATETIME DEFAULT current_timestamp'),
  pairOfColumns(
    'a time in parentheses',
    'a DATETIME DEFAULT CURRENT_TIMESTAMP',
    'a DATETIME DEFAULT (CURRENT_TIMESTAMP)',
  ),
  pairOfColumns('how an expression is written', "a DEFAULT (datetime('now'))", "a DEFAULT ( ( DATETIME ( 'now' ) ) )"),
  pairOfColumns('a default that is said twice', 'a INT DEFAULT 2', 'a INT DEFAULT 1 DEFAULT 2'),
  pairOfColumns(
    'ON CONFLICT ABORT',
    'a INT NOT NULL UNIQUE',
    'a INT NOT NULL ON CONFLICT ABORT UNIQUE ON CONFLICT abort',
  ),
  pairOfColumns('a name for NOT NULL', 'a INT NOT NULL', 'a INT CONSTRAINT "filled" NOT NULL'),
  pairOfColumns(
    'the order of clauses',
    "a TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE",
    "a TEXT COLLATE NOCASE DEFAULT 'x' NOT NULL",
  ),
  pairOfColumns('COLLATE BINARY', 'a TEXT', 'a TEXT COLLATE binary'),
  pairOfColumns('the case of a collation', 'a TEXT COLLATE NOCASE', 'a TEXT COLLATE "nocase"'),
  pairOfColumns('GENERATED ALWAYS', 'a INT AS (b + 1)', 'a INT GENERATED ALWAYS AS (b + 1)'),
  pairOfColumns('GENERATED ALWAYS without a type', 'a AS (b + 1)', 'a GENERATED ALWAYS AS (b + 1)'),
  pairOfColumns('VIRTUAL', 'a INT AS (b + 1)', 'a INT AS ((B + 1)) VIRTUAL'),
  pairOfColumns('a PRIMARY KEY of the table', 'a INTEGER PRIMARY KEY', 'a INTEGER, PRIMARY KEY (a)'),
  pairOfColumns('a rising PRIMARY KEY', 'a INTEGER PRIMARY KEY', 'a INTEGER PRIMARY KEY ASC'),
  pairOfColumns('a falling rowid', 'a INTEGER PRIMARY KEY', 'a INTEGER, PRIMARY KEY (a DESC)'),
  pairOfColumns(
    'AUTOINCREMENT of the table',
    'a INTEGER PRIMARY KEY AUTOINCREMENT',
    'a INTEGER, PRIMARY KEY (a AUTOINCREMENT)',
  ),
  pairOfColumns('a named PRIMARY KEY', 'a TEXT CONSTRAINT k PRIMARY KEY', 'a TEXT, CONSTRAINT "K" PRIMARY KEY (a)'),
  pairOfColumns('a UNIQUE of the table', 'a TEXT UNIQUE', 'a TEXT, UNIQUE ("a")'),
  pairOfColumns('a rising UNIQUE', 'a TEXT UNIQUE', 'a TEXT, UNIQUE (a ASC)'),
  pairOfColumns(
    "a UNIQUE that says its column's collation",
    'a TEXT COLLATE NOCASE UNIQUE',
    'a TEXT COLLATE NOCASE, UNIQUE (a COLLATE nocase)',
  ),
  pairOfColumns('a CHECK of the table', 'a INT CHECK (a > 0)', 'a INT, CHECK (a > 0)'),
  pairOfColumns(
    'ON CONFLICT of a CHECK, which SQLite does not hear',
    'a INT, CHECK (a > 0)',
    'a INT, CHECK (a > 0) ON CONFLICT IGNORE',
  ),
  pairOfColumns('how a CHECK is written', 'a INT CHECK (a > 0)', 'a INT CHECK((\n"A">0 /* more */))'),
  pairOfColumns('no comma between constraints', 'a INT, UNIQUE (a), CHECK (a > 0)', 'a INT, UNIQUE (a) CHECK (a > 0)'),
  pairOfColumns('the order of constraints', 'a INT, UNIQUE (a), CHECK (a > 0)', 'a INT, CHECK (a > 0), UNIQUE (a)'),
  pairOfColumns(
    'a FOREIGN KEY of the table',
    'a INT REFERENCES p (id) ON DELETE CASCADE',
    'a INT, FOREIGN KEY ("A") REFERENCES "P" ("ID") ON DELETE CASCADE',
  ),
  pairOfColumns(
    'NO ACTION',
    'a INT REFERENCES p (id)',
    'a INT REFERENCES p (id) ON DELETE NO ACTION ON UPDATE NO ACTION',
  ),
  pairOfColumns('MATCH', 'a INT REFERENCES p (id)', 'a INT REFERENCES p (id) MATCH FULL'),
  pairOfColumns(
    'the order of actions',
    'a INT REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL',
    'a INT REFERENCES p (id) ON UPDATE SET NULL ON DELETE CASCADE',
  ),
  pairOfColumns('NOT DEFERRABLE', 'a INT REFERENCES p (id)', 'a INT REFERENCES p (id) NOT DEFERRABLE'),
  pairOfColumns(
    'NOT DEFERRABLE INITIALLY DEFERRED',
    'a INT REFERENCES p (id)',
    'a INT REFERENCES p (id) NOT DEFERRABLE INITIALLY DEFERRED',
  ),
  pairOfColumns('DEFERRABLE', 'a INT REFERENCES p (id)', 'a INT REFERENCES p (id) DEFERRABLE'),
  pairOfColumns(
    'INITIALLY IMMEDIATE',
    'a INT REFERENCES p (id)',
    'a INT REFERENCES p (id) DEFERRABLE INITIALLY IMMEDIATE',
  ),
  pairOfColumns(
    'a deferral after other clauses',
    'a INT NOT NULL REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED',
    'a INT REFERENCES p (id) NOT NULL DEFERRABLE INITIALLY DEFERRED',
  ),
  pairOfColumns("the parent's key", 'a INT REFERENCES p (id)', 'a INT REFERENCES p'),
  pair(
    "a parent's key of two columns",
    ['CREATE TABLE p (x, y, PRIMARY KEY (y, x))', 'CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p (y, x))'],
    ['CREATE TABLE p (x, y, PRIMARY KEY (y, x))', 'CREATE TABLE t (a, b, FOREIGN KEY (a, b) REFERENCES p)'],
  ),
  pair(
    'the order of options',
    'CREATE TABLE t (a TEXT PRIMARY KEY) STRICT, WITHOUT ROWID',
    'CREATE TABLE t (a TEXT PRIMARY KEY) without rowid,strict',
  ),
  pair(
    'NOT NULL in the key of a table without rowid',
    'CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID',
    'CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID',
  ),
  ...[
    ['a rising index', 'CREATE INDEX i ON t (a, b)', 'CREATE INDEX i ON t (a ASC, b asc)'],
    [
      'how an index is written',
      'CREATE UNIQUE INDEX i ON t (a)',
      'create unique index if not exists main."I" on "T"([A]) -- end',
    ],
    ['a column of an index as a string', 'CREATE INDEX i ON t (a)', "CREATE INDEX i ON t ('a')"],
    [
      "an index that says its column's collation",
      'CREATE INDEX i ON t (a, c)',
      'CREATE INDEX i ON t (a COLLATE BINARY, c COLLATE nocase)',
    ],
    ['how a condition is written', 'CREATE INDEX i ON t (a) WHERE a > 1', 'CREATE INDEX i ON t (a) WHERE ("A">1)'],
    ['how an indexed expression is written', 'CREATE INDEX i ON t (a + 1)', 'CREATE INDEX i ON t (("A"+1) ASC)'],
    [
      'how a view is written',
      'CREATE VIEW v AS SELECT a FROM t',
      'CREATE VIEW IF NOT EXISTS main.v\nas select "a" from [t]',
    ],
    [
      'FOR EACH ROW',
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END',
      'CREATE TRIGGER g AFTER INSERT ON main.t FOR EACH ROW BEGIN SELECT 1; END',
    ],
    [
      'a trigger that comes before',
      'CREATE TRIGGER g BEFORE UPDATE OF a ON t BEGIN SELECT 1; END',
      'CREATE TRIGGER g update of "A" on T begin select 1; end',
    ],
    [
      'how a virtual table is written',
      'CREATE VIRTUAL TABLE f USING fts5(a, b)',
      'create virtual table if not exists "F" using FTS5 (a,b)',
    ],
  ].map(([name = '', left = '', right = '']) => {
    const table = 'CREATE TABLE t (a, b, c TEXT COLLATE NOCASE)';
    return pair(name, [table, left], [table, right]);
  }),
];
