/** One small comparison, to have the engine compiled before there is a real one: a database of one table, a schema of two models. */

import type { EngineRows } from './answers.ts';

const rows = (columnNames: readonly string[], columnTypes: readonly number[], ...values: EngineRows['rows']) =>
  ({ columnNames, columnTypes, rows: values }) satisfies EngineRows;

const createTable = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT)';

/** The questions of the pinned engine to such a database. An engine that asks others is refused, and only starts cold. */
export const warmUp = {
  files: [
    {
      path: 'schema.prisma',
      content: `datasource db {
  provider = "sqlite"
}

model Customer {
  id     Int     @id @default(autoincrement())
  email  String  @unique
  orders Order[]
}

model Order {
  id         Int      @id
  placedAt   DateTime @default(now())
  customerId Int?
  customer   Customer? @relation(fields: [customerId], references: [id])

  @@index([customerId])
}
`,
    },
  ],
  externalTables: [],
  answers: new Map<string, EngineRows>([
    ['SELECT sqlite_version() AS version', rows(['version'], [7], ['3.45.1'])],
    [
      "SELECT name, type, sql FROM sqlite_master WHERE type='table' OR type='view' ORDER BY name ASC",
      rows(['name', 'type', 'sql'], [7, 7, 7], ['Customer', 'table', createTable]),
    ],
    [
      'PRAGMA table_info ("Customer")',
      rows(
        ['cid', 'name', 'type', 'notnull', 'dflt_value', 'pk'],
        [1, 7, 7, 1, 7, 1],
        [0, 'id', 'INTEGER', 1, null, 1],
        [1, 'email', 'TEXT', 0, null, 0],
      ),
    ],
    ['PRAGMA index_list("Customer");', rows(['seq', 'name', 'unique', 'origin', 'partial'], [1, 7, 1, 7, 1])],
    [
      'PRAGMA foreign_key_list("Customer");',
      rows(['id', 'seq', 'table', 'from', 'to', 'on_update', 'on_delete', 'match'], [7, 7, 7, 7, 7, 7, 7, 7]),
    ],
  ]),
} as const;
