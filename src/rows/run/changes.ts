/** What one statement does to the rows of tables, whatever does it: temporary triggers write it down while it runs. */

import { EngineError, type Mirror, type Value } from '../../ports.ts';
import type { RunQuestion, Watched } from '../ask/asking.ts';
import type { Unknown } from './unknown.ts';

export class Changes {
  readonly #mirror: Mirror;
  readonly #unknown: Unknown;
  /** They stay: statements that follow each other mostly need the same. */
  readonly #triggers: string[] = [];
  #question: RunQuestion | null = null;

  constructor(mirror: Mirror, unknown: Unknown) {
    this.#mirror = mirror;
    this.#unknown = unknown;
  }

  /** Before a statement that may change a table: the triggers must not be in the way. */
  clear(): void {
    for (const index of this.#triggers.keys()) this.#mirror.run(`DROP TRIGGER IF EXISTS temp.migrate_prod_${index}`);
    this.#triggers.length = 0;
  }

  /** Before the statement that it asks about. */
  async begin(question: RunQuestion): Promise<void> {
    const { watched } = question;
    this.#question = null;
    if (watched === undefined || this.#areUnknown(watched)) return;
    try {
      for (const trigger of watched.triggers) this.#add(trigger);
      this.#mirror.run('DELETE FROM temp.migrate_prod_changes');
      if (watched.named !== null) await this.#mirror.attempt(watched.named);
      this.#question = question;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }

  /** After it. @returns each name with the number of its rows; null where nothing was asked. */
  end(): { readonly question: RunQuestion; readonly rows: readonly (readonly Value[])[] } | null {
    const question = this.#question;
    this.#question = null;
    // The statement may have read rows that are not here.
    if (question?.watched === undefined || this.#areUnknown(question.watched)) return null;
    const rows = this.#mirror.query('SELECT name, count(DISTINCT id) FROM temp.migrate_prod_changes GROUP BY name');
    return { question, rows };
  }

  #areUnknown({ tables }: Watched): boolean {
    return tables.some((table) => this.#unknown.has(table));
  }

  #add(trigger: string): void {
    if (this.#triggers.includes(trigger)) return;
    if (this.#triggers.length === 0)
      this.#mirror.run('CREATE TEMP TABLE IF NOT EXISTS migrate_prod_changes (name, id)');
    this.#mirror.run(`CREATE TEMP TRIGGER migrate_prod_${this.#triggers.length} ${trigger}`);
    this.#triggers.push(trigger);
  }
}
