/** Scripts that are hard to split and that libSQL accepts as a whole. */

export const scripts: Readonly<Record<string, string>> = {
  'a table rebuild as Prisma writes it': `-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL);
CREATE TABLE "new_Customer" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "new_Customer" ("id", "email") SELECT "id", "email" FROM "Customer";
DROP TABLE "Customer";
ALTER TABLE "new_Customer" RENAME TO "Customer";
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`,
  'CRLF line ends': '-- one;\r\nCREATE TABLE a (x);\r\n\r\n/* two;\r\n*/ CREATE TABLE b (\r\n  y\r\n);\r\n',
  'no newline at the end': 'CREATE TABLE a (x);\nCREATE TABLE b (y)',
  'a comment as the end': 'CREATE TABLE a (x);\nCREATE TABLE b (y) -- the last; one',
  'comments with quotes and semicolons': `-- it's "half; open
CREATE TABLE a (x /* "one;' */, y -- two;'
); /* three; -- */ -- four; /*
CREATE TABLE b (z); -- five */;
`,
  'all four quotings': `CREATE TABLE "a;""b" (x TEXT DEFAULT ';''--');
CREATE TABLE [c;"d] (\`e;\`\`f\` TEXT, 'g;' INT);
INSERT INTO [c;"d] VALUES ('/* ; */', 1);
CREATE INDEX "i;" ON [c;"d] (\`e;\`\`f\`);`,
  'a trigger with CASE … END': `CREATE TABLE t (a, b);
CREATE TRIGGER t_insert AFTER INSERT ON t WHEN CASE new.a WHEN 1 THEN 1 ELSE 0 END
BEGIN
  UPDATE t SET b = CASE WHEN new.a > 1 THEN 'END;' ELSE "a" END; -- END;
  DELETE FROM t WHERE a = (SELECT max(a) FROM t); /* ; END; */
END;
INSERT INTO t VALUES (1, 2);`,
  'triggers one after the other': `create table t(a);create view v as select a from t;
CREATE TRIGGER IF NOT EXISTS one BEFORE DELETE ON t BEGIN SELECT 1; SELECT 2; END;create
/* c */ trigger two instead of insert on v begin select 1;end;`,
  'a temporary trigger':
    'CREATE TABLE t(a); CREATE TEMPORARY TRIGGER g AFTER UPDATE OF a ON t BEGIN SELECT 1; END; SELECT 1;',
  'a trigger without a final semicolon':
    'CREATE TABLE t(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END',
  EXPLAIN: `CREATE TABLE t(a);
EXPLAIN SELECT * FROM t;
EXPLAIN QUERY PLAN SELECT * FROM t;
EXPLAIN CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;
EXPLAIN QUERY PLAN CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;
CREATE TABLE u(a);`,
  'empty statements': ';;\n ; CREATE TABLE a(x);;; /* ; */ ; CREATE TABLE b(y);;',
  'names that look like keywords': `CREATE TABLE "trigger" ("end" INT, temp INT, "create" INT);
CREATE TABLE temp_trigger (created INT, trigger_end INT);
SELECT "end" AS "trigger" FROM "trigger"; SELECT 1 AS "explain;";`,
  'a byte order mark':
    '\uFEFFCREATE TABLE t(a);\uFEFFCREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END; CREATE TABLE u(a);',
  'white space of every kind': 'CREATE\fTABLE\r\tt\n(a \v);\f\v CREATE TABLE u(a);\r',
  'a Tcl variable with a semicolon': 'CREATE TABLE a(x); SELECT $a(;) AS q; CREATE TABLE b(x);',
  'a block comment that is never closed': 'CREATE TABLE a(x); CREATE TABLE b(y) /* and; on',
  'operators that begin like comments': `CREATE TABLE t(a, b CHECK (b - -1 > 2 / 1));
SELECT a->'$.x;', a->>'$', 4 / 2 * 3 -1 FROM t;`,
  'blobs, numbers and parameters':
    "CREATE TABLE t(a); INSERT INTO t VALUES (x'3b'), (.5), (1e-3), (0x3B), (1.); SELECT ?1, :a, @b, $c;",
  'names beyond ASCII': 'CREATE TABLE "Straße;" (é INT, 名前 TEXT DEFAULT \'；;\', \u00a0x INT); CREATE TABLE 😀(a);',
  'common table expressions and upsert': `CREATE TABLE t(a PRIMARY KEY, b);
WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 3) INSERT INTO t SELECT n, ';' FROM c WHERE true
  ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING *;
REPLACE INTO t VALUES (1, 2); UPDATE OR IGNORE t SET b = 3; DELETE FROM t WHERE a = 1;`,
  'a transaction':
    'BEGIN; CREATE TABLE t(a); SAVEPOINT s; CREATE TABLE u(a); ROLLBACK TO s; RELEASE s; END; CREATE TABLE v(a);',
  'a virtual table': `CREATE VIRTUAL TABLE f USING fts5(a, tokenize = "unicode61 tokenchars ';'");
INSERT INTO f VALUES ('one; two');`,
};
