// Characters beyond ASCII that stand in the source as they are must reach the interpreter as they are: builds with
// Unicode support then see a character, the others its UTF-8 bytes. An escape means a byte on the latter, so the
// minifier may not write one for the other. They travel through it as private characters.

const FIRST = 0xe000;
const LAST = 0xf8ff;
const characters: string[] = [];

/** Puts a private character in the place of each character beyond ASCII. */
export function hide(source: string): string {
  return source.replace(/[\u0080-\u{10ffff}]/gu, (c) => {
    let i = characters.indexOf(c);
    if (i < 0) i = characters.push(c) - 1;
    return FIRST + i > LAST ? c : String.fromCharCode(FIRST + i);
  });
}

/** Puts back what was hidden, which a minifier has written as escapes. */
export function reveal(code: string): string {
  return code.replace(/\\u([0-9a-f]{4})/gi, (escape, hex) => characters[parseInt(hex, 16) - FIRST] || escape);
}
