/** A server for the tests of one `describe`, with what the shop's migrations make of a database, one after the other. */

import { afterAll, beforeAll } from 'vitest';
import { freshDatabase, type Server, type ServerOptions, startServer } from '../../support/server.ts';
import { type StoryMigration, shop } from './shop.ts';
import { beginMigrations, buildReference, type State, type Subject } from './truth.ts';

/** How many migrations of the shop are there when a test begins. */
export const begun = 2;

export interface ShopServer {
  /** Once the tests run. */
  readonly server: Server;
  /** The state after each number of migrations, from none to all. */
  readonly reference: readonly State[];
  /** A database with the first `count` of the migrations. */
  begin(count?: number): Promise<Subject>;
  /** What a database is to be compared with. @param own other migrations, for it alone: these and not those it has a reference for. */
  subject(url: string, own?: readonly StoryMigration[]): Subject;
}

/** Starts the server before the tests of the `describe` that calls it, and stops it after them. */
export function useShopServer(migrations: readonly StoryMigration[] = shop, options: ServerOptions = {}): ShopServer {
  let started: { readonly server: Server; readonly reference: readonly State[] } | null = null;
  const need = () => {
    if (started === null) throw new Error('the server is started before the tests, and not before');
    return started;
  };
  beforeAll(async () => {
    const server = await startServer(options);
    started = { server, reference: await buildReference(server, await freshDatabase(server), migrations) };
  });
  afterAll(() => started?.server.stop());
  return {
    get server() {
      return need().server;
    },
    get reference() {
      return need().reference;
    },
    begin: (count = begun) => beginMigrations(need().server, migrations, count, need().reference),
    subject: (url, own = migrations) => ({ ...need(), url, migrations: own }),
  };
}
