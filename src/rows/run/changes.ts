/** What one statement does to the rows of tables, whatever does it: temporary triggers write it down while it runs. */

import { EngineError, type Mirror, type Value } from '../../ports.ts';
import type { RunQuestion } from '../asking.ts';
import type { Unknown } from './unknown.ts';

export class Changes {
  readonly #mirror: Mirror;
  readonly #unknown: Unknown;
  /** Statements that follow each other mostly need the same. */
  #triggers: readonly string[] = [];
  #question: RunQuestion | null = null;

  constructor(mirror: Mirror, unknown: Unknown) {
    this.#mirror = mirror;
    this.#unknown = unknown;
  }

  /** Before a statement. @param question null where nobody asks: the triggers must not be in the way. */
  async begin(question: RunQuestion | null): Promise<void> {
    const watched = question?.watched;
    const isKnown = watched?.tables.every((table) => !this.#unknown.has(table)) === true;
    this.#question = null;
    try {
      this.#setTriggers(isKnown ? watched.triggers : []);
      if (!isKnown) return;
      this.#mirror.run('DELETE FROM temp.migrate_prod_changes');
      if (watched.named !== null) await this.#mirror.attempt(watched.named);
      this.#question = question;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }

  /** After it. @returns each name with the number of its rows; null where nothing was watched. */
  end(): { readonly question: RunQuestion; readonly rows: readonly (readonly Value[])[] } | null {
    const question = this.#question;
    if (question === null) return null;
    const rows = this.#mirror.query('SELECT name, count(DISTINCT id) FROM temp.migrate_prod_changes GROUP BY name');
    return { question, rows };
  }

  #setTriggers(triggers: readonly string[]): void {
    const isSame =
      triggers.length === this.#triggers.length &&
      triggers.every((trigger, index) => trigger === this.#triggers[index]);
    if (isSame) return;
    for (const index of this.#triggers.keys()) this.#mirror.run(`DROP TRIGGER IF EXISTS temp.migrate_prod_${index}`);
    this.#triggers = triggers;
    this.#mirror.run('CREATE TEMP TABLE IF NOT EXISTS migrate_prod_changes (name, id)');
    for (const [index, trigger] of triggers.entries())
      this.#mirror.run(`CREATE TEMP TRIGGER migrate_prod_${index} ${trigger}`);
  }
}
