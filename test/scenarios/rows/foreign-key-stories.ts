/** Orders of customers, with and without a foreign key between them: what the stories of foreign keys begin with. */

export const customer = 'CREATE TABLE "Customer" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT);';
export const orderColumns = '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "customerId" INTEGER';
const key = (action: string) =>
  `CONSTRAINT "Order_customerId_fkey" FOREIGN KEY ("customerId") REFERENCES "Customer" ("id") ON DELETE ${action} ON UPDATE CASCADE`;
export const free = `${customer}\nCREATE TABLE "Order" (${orderColumns});`;
export const bound = (action: string) => `${customer}\nCREATE TABLE "Order" (${orderColumns}, ${key(action)});`;

export const customers = [
  [1, 'Ada Example'],
  [2, 'Bob Example'],
];
/** Two have a customer that is not there, one has none. */
export const orphans = {
  Customer: customers,
  Order: [
    [1, 1],
    [2, 9],
    [3, null],
    [4, 9],
  ],
};
export const kept = {
  Customer: customers,
  Order: [
    [1, 1],
    [2, 2],
    [3, null],
  ],
};
export const copy = { table: 'Order', columns: `${orderColumns}, ${key('RESTRICT')}`, into: '"customerId", "id"' };
export const anywhere = ['CREATE TABLE ', 'INSERT ', 'DROP TABLE ', 'ALTER TABLE ', 'DELETE ', 'UPDATE '];

export const two = {
  tells: 'hazard',
  code: 'foreign-keys',
  at: anywhere,
  count: 2,
  finds: 2,
  schema: free,
  rows: orphans,
  after: orphans,
} as const;
export const nothing = { tells: 'nothing', code: 'foreign-keys', schema: free, rows: kept } as const;
