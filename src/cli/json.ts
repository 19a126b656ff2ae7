// Finds where a text stops being JSON, which the message of `JSON.parse` does not always tell.

const STRING = /\s*"([^"\\\p{Cc}]|\\(["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const NUMBER = /\s*-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?(?![\w.])/y;
const WORD = /\s*(true|false|null)\b/y;

function faultOf(text: string): number {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const list = (end: RegExp, item: () => boolean): boolean => {
    if (take(end)) return true;
    do if (!item()) return false;
    while (take(/\s*,/y));
    return take(end);
  };
  const pair = (): boolean => take(STRING) && take(/\s*:/y) && value();
  const value = (): boolean =>
    [STRING, NUMBER, WORD].some(take) ||
    (take(/\s*\{/y) ? list(/\s*\}/y, pair) : take(/\s*\[/y) && list(/\s*\]/y, value));
  value();
  take(/\s*/y);
  return at;
}

/** Line and reason, if a text is not JSON. */
export function jsonFault(text: string): { line: number; why: string } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    const at = faultOf(text);
    const [rest] = text.slice(at).split('\n');
    return {
      line: text.slice(0, at).split('\n').length,
      why: `this is not JSON: ${rest.slice(0, 30) || 'it ends here'}`,
    };
  }
}
