/** A small shop: its schema.prisma and the migration that makes it. */

/** @param models whole models, or fields to be put into Customer. */
export function defineSchema(customerFields = '', models = ''): string {
  return `datasource db {
  provider = "sqlite"
}

model Customer {
  id     Int     @id @default(autoincrement())
  email  String  @unique
  orders Order[]
${customerFields}}

model Order {
  id         Int      @id @default(autoincrement())
  customerId Int
  customer   Customer @relation(fields: [customerId], references: [id], onDelete: Cascade)
}

${models}`;
}

export const init = {
  name: '20260101000000_init',
  sql: `-- CreateTable
CREATE TABLE "Customer" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Order" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "customerId" INTEGER NOT NULL,
    CONSTRAINT "Order_customerId_fkey" FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Customer_email_key" ON "Customer"("email");
`,
};

export const phone = {
  name: '20260102000000_phone',
  sql: '-- AlterTable\nALTER TABLE "Customer" ADD COLUMN "phone" TEXT;\n',
};
