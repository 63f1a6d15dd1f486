/** drizzle-orm's migrator, on a folder in its own form. */

import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';

const [url, folder] = process.argv.slice(2);
const client = createClient({ url: `${url}/` });
await migrate(drizzle({ client }), { migrationsFolder: folder });
client.close();
