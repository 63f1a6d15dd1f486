/** Synthetic migrations as Prisma writes them, the same on every run, to measure with. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const quoted = (name) => `"${name}"`;
const textOf = (name) => `'${name}'`;

/** What a migration may do, in turn; each changes the model and returns SQL. Rebuilds come last, as in Prisma's files. */
const cycle = [
  (model) => createTable(model, null),
  (model) => addColumns(model, 3) + createIndex(model),
  (model) => changeRows(model, 4),
  (model) => addColumns(model, 1),
  (model) => rebuildTable(model),
  (model) => addColumns(model, 2),
  (model) => changeRows(model, 7),
  (model) => replaceIndex(model) + addColumns(model, 2),
  (model) => createTable(model, pick(model)),
  (model) => addColumns(model, 3) + createIndex(model),
  (model) => changeRows(model, 3),
  (model) => rebuildTable(model),
  (model) => createIndex(model),
  (model) => addColumns(model, 4),
  (model) => replaceIndex(model) + createIndex(model),
  (model) => changeRows(model, 5),
];

const initialTables = 8;

/**
 * @param count how many migrations
 * @param changes how many changes each makes, of about 4 statements
 * @returns `{name, sql}` in the order of their names; the first creates the first tables.
 */
export function buildMigrations(count, changes = 1) {
  const model = { tables: [], turn: 0 };
  const sources = [];
  for (let index = 0; index < count; index += 1) {
    const parts = [];
    if (index === 0) for (let table = 0; table < initialTables; table += 1) parts.push(createTable(model, null));
    else for (let change = 0; change < changes; change += 1) parts.push(takeTurn(model));
    const rebuilds = parts.filter((sql) => sql.includes('RedefineTables'));
    const others = parts.filter((sql) => !rebuilds.includes(sql));
    sources.push({ name: nameOf(index), sql: [...others, ...rebuilds].join('\n') });
  }
  return sources;
}

/** Writes a project's `prisma` folder: a schema of no consequence, the lock file and the migrations. */
export function writeProject(folder, sources) {
  const migrations = join(folder, 'prisma', 'migrations');
  mkdirSync(migrations, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "bench", "private": true, "type": "module" }\n');
  writeFileSync(
    join(folder, 'prisma', 'schema.prisma'),
    'datasource db {\n  provider = "sqlite"\n}\n\nmodel Table1 {\n  id   Int    @id @default(autoincrement())\n  name String @unique\n}\n',
  );
  writeFileSync(join(migrations, 'migration_lock.toml'), 'provider = "sqlite"\n');
  for (const { name, sql } of sources) {
    mkdirSync(join(migrations, name));
    writeFileSync(join(migrations, name, 'migration.sql'), sql);
  }
}

/** About `bytes` of one script: what migrations hold, with triggers, comments and long texts between. */
export function buildScript(bytes) {
  const prose = "It''s a text; with -- no comment in it, /* nor here */ and quotes \" too. ".repeat(12);
  const trigger = `-- Keeps the log; one row per change.
CREATE TRIGGER "Table1_log" AFTER UPDATE OF "name" ON "Table1" WHEN NEW."name" <> OLD."name" BEGIN
    INSERT INTO "Log" ("what", "at") VALUES (CASE WHEN NEW."name" IS NULL THEN 'gone; ' ELSE 'changed' END, CURRENT_TIMESTAMP);
    UPDATE "Table1" SET "updatedAt" = CURRENT_TIMESTAMP WHERE "id" = NEW."id"; /* the row; itself */
END;
INSERT INTO "Table1" ("name", "price", "data") VALUES ('${prose}', 12.50, x'00ffab'), ('b', -3e-2, NULL);
`;
  const unit = `${buildMigrations(200, 2)
    .map(({ sql }) => `${sql}\n${trigger}`)
    .join('\n')}\n`;
  return unit.repeat(Math.ceil(bytes / unit.length));
}

function takeTurn(model) {
  const change = cycle[model.turn % cycle.length];
  model.turn += 1;
  return change(model);
}

/** Another table at each turn, the same at each run. */
function pick(model) {
  return model.tables[(model.turn * 7) % model.tables.length];
}

function nameOf(index) {
  const time = new Date(Date.UTC(2021, 0, 4, 9) + index * 11 * 3_600_000).toISOString();
  return `${time.replace(/\D/g, '').slice(0, 14)}_change_${String(index + 1).padStart(4, '0')}`;
}

function createTable(model, parent) {
  const table = { name: `Table${model.tables.length + 1}`, parent: parent?.name ?? null, columns: [], indexes: [] };
  table.columns.push({ name: 'name', type: 'TEXT NOT NULL' });
  table.columns.push({ name: 'createdAt', type: 'DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP' });
  if (parent) table.columns.push({ name: 'parentId', type: 'INTEGER' });
  model.tables.push(table);
  table.indexes.push({ name: `${table.name}_name_key`, columns: ['name'], unique: true });
  table.indexes.push({
    name: `${table.name}_createdAt_idx`,
    columns: parent ? ['parentId', 'createdAt'] : ['createdAt'],
    unique: false,
  });
  return `-- CreateTable\n${renderTable(table, table.name)}\n${table.indexes.map(renderIndex(table)).join('')}`;
}

function addColumns(model, count) {
  const table = pick(model);
  let sql = '';
  for (let added = 0; added < count; added += 1) {
    const number = table.columns.length;
    const column = { name: `column${number}`, type: number % 2 ? 'TEXT' : 'INTEGER NOT NULL DEFAULT 0' };
    table.columns.push(column);
    sql += `-- AlterTable\nALTER TABLE ${quoted(table.name)} ADD COLUMN ${quoted(column.name)} ${column.type};\n\n`;
  }
  return sql;
}

function createIndex(model) {
  const table = pick(model);
  const column = table.columns[model.turn % table.columns.length];
  const index = { name: `${table.name}_${column.name}_${model.turn}_idx`, columns: [column.name], unique: false };
  table.indexes.push(index);
  return renderIndex(table)(index);
}

function replaceIndex(model) {
  const table = pick(model);
  const index = table.indexes.at(-1);
  const replacement = { ...index, name: `${index.name}_${model.turn}` };
  table.indexes.splice(-1, 1, replacement);
  return `-- DropIndex\nDROP INDEX ${quoted(index.name)};\n\n${renderIndex(table)(replacement)}`;
}

function changeRows(model, count) {
  const table = pick(model);
  let sql = '-- Data\n';
  for (let row = 1; row < count; row += 1) {
    const name = textOf(`row ${row} of change ${model.turn}; it has a semicolon`);
    sql += `INSERT INTO ${quoted(table.name)} ("name", "createdAt") VALUES (${name}, '2024-01-01T00:00:00.000Z');\n`;
  }
  return `${sql}UPDATE ${quoted(table.name)} SET "name" = trim("name") WHERE "name" LIKE ' %';\n`;
}

function rebuildTable(model) {
  const table = pick(model);
  const fresh = `new_${table.name}`;
  const copied = ['id', ...table.columns.map((column) => column.name)].map(quoted).join(', ');
  table.columns.push({ name: `column${table.columns.length}`, type: 'TEXT' });
  return `-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
${renderTable(table, fresh)}INSERT INTO ${quoted(fresh)} (${copied}) SELECT ${copied} FROM ${quoted(table.name)};
DROP TABLE ${quoted(table.name)};
ALTER TABLE ${quoted(fresh)} RENAME TO ${quoted(table.name)};
${table.indexes.map((index) => renderIndex(table)(index).replace('-- CreateIndex\n', '').trimEnd()).join('\n')}
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`;
}

function renderTable(table, name) {
  const lines = ['"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT'];
  for (const column of table.columns) lines.push(`${quoted(column.name)} ${column.type}`);
  if (table.parent !== null) {
    lines.push(
      `CONSTRAINT "${table.name}_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES ${quoted(table.parent)} ("id") ON DELETE SET NULL ON UPDATE CASCADE`,
    );
  }
  return `CREATE TABLE ${quoted(name)} (\n    ${lines.join(',\n    ')}\n);\n`;
}

function renderIndex(table) {
  return ({ name, columns, unique }) =>
    `-- CreateIndex\nCREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoted(name)} ON ${quoted(table.name)}(${columns.map(quoted).join(', ')});\n\n`;
}
