/** Reasons that other programs give, which may be whole sentences or parts of one. */

/** To stand inside a sentence. */
export function endless(message: string): string {
  return message.replace(/\.$/, '');
}

/** To stand before another sentence. */
export function ended(message: string): string {
  return /[.)]$/.test(message) ? message : `${message}.`;
}
