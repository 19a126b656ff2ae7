// Which regular expressions the interpreter understands. Most of the others it accepts silently, and they never match.

const ESCAPES = /[dDwWsSnrtfv0/\\^$.*+?()[\]{}|\-'"`,:;=!<>@#%&~ ]/;

/** Is there a `|` behind this place? */
function hasAlternative(pattern: string, at: number): boolean {
  return pattern
    .slice(at)
    .replace(/\\[^]|\[(\\[^]|[^\]])*\]/g, '')
    .includes('|');
}

/** What is wrong with a regular expression, or undefined. */
export function regexFault(pattern: string, flags: string): string | undefined {
  const flag = flags.replace(/[gi]/g, '');
  if (flag) return `flag "${flag[0]}"`;
  let inClass = false;
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    const next = pattern[i + 1] || '';
    if (c === '\\') {
      i++;
      if (next === 'x') continue;
      if (next === 'b' || next === 'B') return `\\${next} (a word boundary)`;
      if (/[1-9k]/.test(next)) return `back-reference \\${next}`;
      if (!ESCAPES.test(next)) return `escape \\${next}`;
    } else if (inClass) {
      inClass = c !== ']';
    } else if (c === '[') {
      inClass = true;
    } else if (c === '?') {
      return '? (optional or lazy)';
    } else if (c === '(' && next === '?') {
      return `(?${pattern[i + 2] || ''} (lookaround, named or non-capturing group)`;
    } else if (c === '{' && /^\{\d+,?\d*\}/.test(pattern.slice(i))) {
      return '{n} (counted repetition)';
    } else if (c === ')' && /[*+{]/.test(next)) {
      return `a repeated group ")${next}"`;
    } else if (c === '(' || c === ')') {
      depth += c === '(' ? 1 : -1;
    } else if (c === '|' && depth) {
      return 'alternatives in a group: what is before and behind the group counts for one of them only';
    } else if (c === '^' && hasAlternative(pattern, i)) {
      return 'an alternative behind one with ^: it is only tried at the beginning';
    }
  }
  return undefined;
}
