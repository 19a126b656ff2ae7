// Characters beyond ASCII that stand in the source as they are must reach the interpreter as they are: builds with
// Unicode support then see a character, the others its UTF-8 bytes. An escape of four digits is a character on the former,
// a byte on the latter; one of two digits is a byte on both. So the minifier may not write one for the other, and not
// count them. They travel through it as private characters.

const FIRST = 0xe000;
const LAST = 0xf8ff;
const hidden: string[] = [];

function replacement(text: string): string {
  let i = hidden.indexOf(text);
  if (i < 0) i = hidden.push(text) - 1;
  return FIRST + i > LAST ? text : String.fromCharCode(FIRST + i);
}

/** Puts a private character in the place of each character beyond ASCII, and of each escape that is no byte. */
export function hide(source: string): string {
  return source
    .replace(/[\u0080-\u{10ffff}]/gu, replacement)
    .replace(/\\(u00[89a-f][0-9a-f]|[^])/gi, (escape) => (escape.length > 2 ? replacement(escape) : escape));
}

/** Has anything been hidden in that text? */
export function hides(text: string): boolean {
  return /[\ue000-\uf8ff]/.test(text);
}

/** What a private character stands for. */
export const original = (letter: string): string => hidden[letter.charCodeAt(0) - FIRST];

/** Puts back what was hidden, which a minifier has written as escapes. */
export function reveal(code: string): string {
  return code.replace(/\\u([0-9a-f]{4})/gi, (escape, hex) => hidden[parseInt(hex, 16) - FIRST] || escape);
}
