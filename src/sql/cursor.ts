/** A reading position in a list of tokens, with the moves that SQL's grammar needs. */

import { sameName, unquoteIdentifier } from './identifiers.ts';
import type { Token } from './tokenize.ts';

/** A name with its schema, both unquoted. */
interface QualifiedName {
  readonly schema: string | null;
  readonly name: string;
}

export class Cursor {
  readonly tokens: readonly Token[];
  index = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  peek(): Token | undefined {
    return this.tokens[this.index];
  }

  /** Moves behind the keywords if all of them come next, in this order. Returns whether it moved. */
  skipWords(...keywords: readonly string[]): boolean {
    if (!keywords.every((keyword, offset) => isKeyword(this.tokens[this.index + offset], keyword))) return false;
    this.index += keywords.length;
    return true;
  }

  /** Moves behind the keyword that comes next, and returns it; null if none of these comes next. */
  skipOneOf<Keyword extends string>(keywords: readonly Keyword[]): Keyword | null {
    return keywords.find((keyword) => this.skipWords(keyword)) ?? null;
  }

  skipOperator(text: string): boolean {
    if (!isOperator(this.peek(), text)) return false;
    this.index += 1;
    return true;
  }

  /** Moves behind a whole pair of parentheses; false, without moving, if none comes next. */
  skipParentheses(): boolean {
    if (!isOperator(this.peek(), '(')) return false;
    let depth = 0;
    for (let index = this.index; index < this.tokens.length; index += 1) {
      if (isOperator(this.tokens[index], '(')) depth += 1;
      else if (isOperator(this.tokens[index], ')')) depth -= 1;
      if (depth === 0) {
        this.index = index + 1;
        return true;
      }
    }
    return false;
  }

  takeName(): string | null {
    const token = this.peek();
    if (token === undefined || !isName(token)) return null;
    this.index += 1;
    return unquoteIdentifier(token.text);
  }

  /** Takes `name` or `schema.name`. */
  takeQualifiedName(): QualifiedName | null {
    const first = this.takeName();
    if (first === null) return null;
    if (!this.skipOperator('.')) return { schema: null, name: first };
    const second = this.takeName();
    return second === null ? null : { schema: first, name: second };
  }
}

/** True if the token is this keyword as a bare word, in any case. */
export function isKeyword(token: Token | undefined, keyword: string): boolean {
  return token?.kind === 'word' && sameName(token.text, keyword);
}

export function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === 'operator' && token.text === text;
}

/** True if the token may be a name. Bare keywords count: the engine refuses those that are no names. */
export function isName(token: Token | undefined): boolean {
  return token !== undefined && (token.kind === 'word' || token.kind === 'quoted' || token.kind === 'string');
}

export function withoutFinalSemicolon(tokens: readonly Token[]): readonly Token[] {
  let end = tokens.length;
  while (end > 0 && isOperator(tokens[end - 1], ';')) end -= 1;
  return tokens.slice(0, end);
}
