/** Messages of other programs, which may be whole sentences or parts of one. */

/** For use inside a sentence. */
export function endless(message: string): string {
  return message.replace(/\.$/, '');
}

/** For use before another sentence. */
export function ended(message: string): string {
  return /[.)]$/.test(message) ? message : `${message}.`;
}
