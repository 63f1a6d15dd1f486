/** Prisma's engine for one command: it loads while the command's own code does, which takes about as long. */

import type { StartedEngine } from '../adapters/prisma/engine/schema-engine.ts';
import { startSchemaEngine } from '../wiring.ts';
import type { Report } from './context.ts';

/** Closes it whatever happens. */
export async function withStartedEngine(use: (engine: StartedEngine) => Promise<Report>): Promise<Report> {
  const engine = startSchemaEngine({ compile: 'fast' });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}
