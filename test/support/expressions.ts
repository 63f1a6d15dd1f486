/** GitHub's expressions, as far as our files use them: names, texts, `==`, `!=`, `!`, `&&`, `||`, and the status functions. */

export type Contexts = Readonly<Record<string, unknown>>;

const token = /\s*(?:('(?:[^']|'')*')|(==|!=|&&|\|\||[!()])|([\w.-]+))/y;

/** @param hasFailed whether a step before failed. */
function evaluate(expression: string, contexts: Contexts, hasFailed = false): unknown {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < expression.trimEnd().length) {
    const found = token.exec(expression);
    if (found === null) throw new Error(`no expression: ${expression}`);
    tokens.push(found[0].trim());
  }
  const take = (wanted: string) => tokens[0] === wanted && tokens.shift() !== undefined;
  const result = or();
  if (tokens.length > 0) throw new Error(`no expression: ${expression}`);
  return result;

  function or(): unknown {
    let value = and();
    while (take('||')) {
      const other = and();
      value = value || other;
    }
    return value;
  }
  function and(): unknown {
    let value = compare();
    while (take('&&')) {
      const other = compare();
      value = value && other;
    }
    return value;
  }
  function compare(): unknown {
    const value = not();
    if (take('==')) return text(value) === text(not());
    if (take('!=')) return text(value) !== text(not());
    return value;
  }
  function not(): unknown {
    return take('!') ? !not() : single();
  }
  function single(): unknown {
    const word = tokens.shift() ?? '';
    if (word === '(') {
      const value = or();
      if (!take(')')) throw new Error(`no expression: ${expression}`);
      return value;
    }
    if (word.startsWith("'")) return word.slice(1, -1).replaceAll("''", "'");
    if (take('(')) {
      if (!take(')')) throw new Error(`no status function: ${expression}`);
      return { always: true, cancelled: false, success: !hasFailed, failure: hasFailed }[word];
    }
    if (word === 'true' || word === 'false') return word === 'true';
    return word
      .split('.')
      .reduce<unknown>(
        (value, name) => (typeof value === 'object' && value !== null ? (value as Contexts)[name] : undefined),
        contexts,
      );
  }
}

/** As GitHub writes a value into a text. */
function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

export function fill(template: unknown, contexts: Contexts): string {
  return text(template).replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    text(evaluate(expression, contexts)),
  );
}

/** A step runs where its `if` says so; one without a status function only where nothing failed before. */
export function isWanted(condition: string | undefined, contexts: Contexts, hasFailed: boolean): boolean {
  if (condition === undefined) return !hasFailed;
  const expression = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');
  const asksStatus = /\b(?:always|cancelled|success|failure)\(\)/.test(expression);
  return (asksStatus || !hasFailed) && Boolean(evaluate(expression, contexts, hasFailed));
}
