/** SQLite's lexical rules: one lexeme at a time, without allocating memory for it. */

/** `quoted` is "x", `x` or [x]; `string` is 'x'; `variable` is a parameter; `illegal` is what SQLite would refuse. */
export type TokenKind = 'word' | 'quoted' | 'string' | 'blob' | 'number' | 'variable' | 'operator' | 'illegal';

type LexemeKind = TokenKind | 'space' | 'comment';

const illegal = 0;
const space = 1;
const letter = 2;
const digit = 3;
const quote = 4;
const bracket = 5;
const variable = 6;
const numbered = 7;
const single = 8;
const double = 9;
const minus = 10;
const slash = 11;
const dot = 12;

const byteOrderMark = 0xfeff;

/** The kind of lexeme that an ASCII character begins. SQLite, tokenize.c, `aiClass`. */
const classes = buildClasses();
/** 1 for the ASCII characters that continue a word; characters beyond ASCII do too. */
const wordCharacters = buildWordCharacters();

function buildClasses(): Uint8Array {
  const table = new Uint8Array(128).fill(illegal);
  const set = (characters: string, value: number) => {
    for (const character of characters) table[character.charCodeAt(0)] = value;
  };
  set(' \t\n\f\r', space);
  set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_', letter);
  set('0123456789', digit);
  set('\'"`', quote);
  set('[', bracket);
  set('$@#:', variable);
  set('?', numbered);
  set(';(),+*%&~', single);
  set('<>=!|', double);
  set('-', minus);
  set('/', slash);
  set('.', dot);
  return table;
}

function buildWordCharacters(): Uint8Array {
  const table = new Uint8Array(128);
  for (let code = 0; code < 128; code += 1) {
    if (classes[code] === letter || classes[code] === digit || code === 36) table[code] = 1;
  }
  return table;
}

/**
 * Walks over a text. After `next()` returned true, `kind`, `start` and `end` describe the lexeme. Lexemes have no gaps
 * between them and cover the whole text. A NUL character, where SQLite would stop reading, is an illegal character here
 * (inside quotes: a character like any other), so that no part of a text can be skipped.
 */
export class Scanner {
  kind: LexemeKind = 'space';
  start = 0;
  /** A caller that knows a later end of the lexeme may set it. */
  end = 0;
  readonly #sql: string;

  constructor(sql: string) {
    this.#sql = sql;
  }

  /** Goes to the next lexeme; false at the end of the text. */
  next(): boolean {
    const sql = this.#sql;
    const start = this.end;
    if (start >= sql.length) return false;
    this.start = start;
    const code = sql.charCodeAt(start);
    switch (code < 128 ? classes[code] : letter) {
      case space:
        return this.#take('space', endOfSpace(sql, start + 1));
      case letter:
        return this.#takeWord(code);
      case digit:
        return this.#takeNumber();
      case dot:
        return isDigit(sql.charCodeAt(start + 1)) ? this.#takeNumber() : this.#take('operator', start + 1);
      case quote:
        return this.#takeQuoted(code);
      case bracket: {
        const close = sql.indexOf(']', start + 1);
        return close < 0 ? this.#take('illegal', sql.length) : this.#take('quoted', close + 1);
      }
      case variable:
        return this.#takeVariable();
      case numbered:
        return this.#take('variable', endOfDigits(sql, start + 1));
      case single:
        return this.#take('operator', start + 1);
      case double:
        return this.#takeDouble(code);
      case minus:
        return this.#takeMinus();
      case slash:
        return this.#takeSlash();
      default:
        return this.#take('illegal', start + 1);
    }
  }

  #take(kind: LexemeKind, end: number): true {
    this.kind = kind;
    this.end = end;
    return true;
  }

  #takeWord(code: number): true {
    const sql = this.#sql;
    // SQLite takes a byte order mark for white space, but only where a lexeme begins.
    if (code === byteOrderMark) return this.#take('space', this.start + 1);
    if ((code === 88 || code === 120) && sql.charCodeAt(this.start + 1) === 39) return this.#takeBlob();
    return this.#take('word', endOfWord(sql, this.start + 1));
  }

  #takeBlob(): true {
    const sql = this.#sql;
    let end = this.start + 2;
    while (isHexDigit(sql.charCodeAt(end))) end += 1;
    if (sql.charCodeAt(end) === 39 && (end - this.start) % 2 === 0) return this.#take('blob', end + 1);
    const close = sql.indexOf("'", end);
    return this.#take('illegal', close < 0 ? sql.length : close + 1);
  }

  #takeNumber(): true {
    const sql = this.#sql;
    let end = this.start;
    if (sql.charCodeAt(end) === 48 && (sql.charCodeAt(end + 1) | 32) === 120 && isHexDigit(sql.charCodeAt(end + 2))) {
      end += 3;
      while (isHexDigit(sql.charCodeAt(end))) end += 1;
    } else {
      end = endOfDigits(sql, end);
      if (sql.charCodeAt(end) === 46) end = endOfDigits(sql, end + 1);
      if ((sql.charCodeAt(end) | 32) === 101) {
        const sign = sql.charCodeAt(end + 1);
        const exponent = sign === 43 || sign === 45 ? end + 2 : end + 1;
        if (isDigit(sql.charCodeAt(exponent))) end = endOfDigits(sql, exponent);
      }
    }
    const wordEnd = endOfWord(sql, end);
    return this.#take(wordEnd === end ? 'number' : 'illegal', wordEnd);
  }

  #takeQuoted(code: number): true {
    const sql = this.#sql;
    const mark = code === 39 ? "'" : code === 34 ? '"' : '`';
    let close = sql.indexOf(mark, this.start + 1);
    while (close >= 0 && sql.charCodeAt(close + 1) === code) close = sql.indexOf(mark, close + 2);
    if (close < 0) return this.#take('illegal', sql.length);
    return this.#take(code === 39 ? 'string' : 'quoted', close + 1);
  }

  /** `:name`, `@name`, `$name`, and Tcl's `$name::more(anything but space)`, which may hold a semicolon. */
  #takeVariable(): true {
    const sql = this.#sql;
    let end = this.start + 1;
    let named = false;
    for (;;) {
      const code = sql.charCodeAt(end);
      if (isWordCharacter(code)) {
        named = true;
        end += 1;
      } else if (code === 58 && sql.charCodeAt(end + 1) === 58) {
        end += 2;
      } else if (code === 40 && named) {
        end += 1;
        while (end < sql.length && !isSpace(sql.charCodeAt(end)) && sql.charCodeAt(end) !== 41) end += 1;
        return sql.charCodeAt(end) === 41 ? this.#take('variable', end + 1) : this.#take('illegal', end);
      } else {
        return this.#take(named ? 'variable' : 'illegal', end);
      }
    }
  }

  #takeDouble(code: number): true {
    const following = this.#sql.charCodeAt(this.start + 1);
    const isDouble =
      code === 60 // <
        ? following === 61 || following === 62 || following === 60
        : code === 62 // >
          ? following === 61 || following === 62
          : code === 124 // |
            ? following === 124
            : following === 61; // = !
    if (isDouble) return this.#take('operator', this.start + 2);
    return this.#take(code === 33 ? 'illegal' : 'operator', this.start + 1);
  }

  #takeMinus(): true {
    const sql = this.#sql;
    const following = sql.charCodeAt(this.start + 1);
    if (following === 45) {
      const newline = sql.indexOf('\n', this.start + 2);
      return this.#take('comment', newline < 0 ? sql.length : newline);
    }
    if (following !== 62) return this.#take('operator', this.start + 1);
    return this.#take('operator', this.start + (sql.charCodeAt(this.start + 2) === 62 ? 3 : 2));
  }

  #takeSlash(): true {
    const sql = this.#sql;
    // SQLite accepts a block comment that is never closed, but not a bare `/*` as the very last characters.
    if (sql.charCodeAt(this.start + 1) !== 42 || this.start + 2 >= sql.length) {
      return this.#take('operator', this.start + 1);
    }
    const close = sql.indexOf('*/', this.start + 2);
    return this.#take('comment', close < 0 ? sql.length : close + 2);
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102);
}

function isWordCharacter(code: number): boolean {
  return code < 128 ? wordCharacters[code] === 1 : code >= 128;
}

/** A vertical tab does not begin white space in SQLite, but it continues it. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function endOfSpace(sql: string, from: number): number {
  let end = from;
  while (isSpace(sql.charCodeAt(end))) end += 1;
  return end;
}

function endOfDigits(sql: string, from: number): number {
  let end = from;
  while (isDigit(sql.charCodeAt(end))) end += 1;
  return end;
}

function endOfWord(sql: string, from: number): number {
  let end = from;
  while (isWordCharacter(sql.charCodeAt(end))) end += 1;
  return end;
}
