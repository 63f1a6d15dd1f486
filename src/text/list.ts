/** Lists in a sentence: the first few items. */

/** `a, b, c and 2 more`. */
export function listSome(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}
