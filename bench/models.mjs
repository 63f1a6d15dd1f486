/** A synthetic project whose migrations make exactly its schema.prisma, to measure `drift` with. */

const quoted = (name) => `"${name}"`;

/**
 * @param models how many models; each but the first refers to the one before it.
 * @param count how many migrations: the first ones create the models, the later ones change them, as Prisma writes them.
 * @returns `{sources: [{name, sql}], schema}`
 */
export function buildModels(models, count) {
  const tables = Array.from({ length: models }, (_, index) => ({
    name: `Model${index + 1}`,
    index,
    columns: [],
    indexes: [],
  }));
  const creating = Math.max(1, Math.floor(count / 2));
  const sources = [];
  for (let number = 0; number < count; number += 1) {
    const isCreating = number < creating;
    const own = isCreating
      ? tables.filter(({ index }) => index % creating === number)
      : [tables[(number * 7) % models]];
    const parts = own.map((table) =>
      isCreating ? renderTable(table, table.name) + renderIndexes(table) : change(table, number),
    );
    sources.push({ name: `${nameOf(number)}_change`, sql: parts.join('\n') });
  }
  return { sources, schema: renderSchema(tables) };
}

function nameOf(number) {
  return new Date(Date.UTC(2022, 0, 3, 9) + number * 9 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);
}

/** In turn: a column, an index over it, a rebuild. */
function change(table, number) {
  const column = { name: `column${table.columns.length}`, optional: number % 3 !== 2 };
  switch (number % 3) {
    case 0:
      table.columns.push(column);
      return `-- AlterTable\nALTER TABLE ${quoted(table.name)} ADD COLUMN ${quoted(column.name)} TEXT;\n`;
    case 1: {
      table.columns.push(column);
      table.indexes.push(column.name);
      return `-- AlterTable\nALTER TABLE ${quoted(table.name)} ADD COLUMN ${quoted(column.name)} TEXT;\n${renderIndex(table, column.name)}`;
    }
    default:
      return rebuild(table, column);
  }
}

function rebuild(table, column) {
  const copied = [
    'id',
    'name',
    'createdAt',
    ...(table.index > 0 ? ['parentId'] : []),
    ...table.columns.map(({ name }) => name),
  ];
  const list = copied.map(quoted).join(', ');
  table.columns.push(column);
  const fresh = `new_${table.name}`;
  return `-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
${renderTable(table, fresh)}INSERT INTO ${quoted(fresh)} (${list}) SELECT ${list} FROM ${quoted(table.name)};
DROP TABLE ${quoted(table.name)};
ALTER TABLE ${quoted(fresh)} RENAME TO ${quoted(table.name)};
${renderIndexes(table)}PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
`;
}

function renderTable(table, name) {
  const lines = [
    '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT',
    '"name" TEXT NOT NULL',
    '"createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP',
    ...(table.index > 0 ? ['"parentId" INTEGER'] : []),
    ...table.columns.map((column) => `${quoted(column.name)} TEXT${column.optional ? '' : " NOT NULL DEFAULT ''"}`),
  ];
  if (table.index > 0) {
    lines.push(
      `CONSTRAINT "${table.name}_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Model${table.index}" ("id") ON DELETE SET NULL ON UPDATE CASCADE`,
    );
  }
  return `-- CreateTable\nCREATE TABLE ${quoted(name)} (\n    ${lines.join(',\n    ')}\n);\n\n`;
}

function renderIndexes(table) {
  const unique = `-- CreateIndex\nCREATE UNIQUE INDEX "${table.name}_name_key" ON ${quoted(table.name)}("name");\n\n`;
  return unique + table.indexes.map((column) => renderIndex(table, column)).join('');
}

function renderIndex(table, column) {
  return `-- CreateIndex\nCREATE INDEX "${table.name}_${column}_idx" ON ${quoted(table.name)}(${quoted(column)});\n\n`;
}

function renderSchema(tables) {
  const models = tables.map((table) => {
    const next = tables[table.index + 1];
    const fields = [
      'id Int @id @default(autoincrement())',
      'name String @unique',
      'createdAt DateTime @default(now())',
      ...(table.index > 0
        ? ['parentId Int?', `parent Model${table.index}? @relation(fields: [parentId], references: [id])`]
        : []),
      ...(next ? [`children ${next.name}[]`] : []),
      ...table.columns.map((column) =>
        column.optional ? `${column.name} String?` : `${column.name} String @default("")`,
      ),
      ...table.indexes.map((column) => `@@index([${column}])`),
    ];
    return `model ${table.name} {\n${fields.map((field) => `  ${field}`).join('\n')}\n}\n`;
  });
  return `datasource db {\n  provider = "sqlite"\n}\n\n${models.join('\n')}`;
}
