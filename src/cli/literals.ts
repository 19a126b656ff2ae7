// Characters beyond ASCII that stand in the source as they are must reach the interpreter as they are: builds with
// Unicode support then see a character, the others its UTF-8 bytes. An escape of four digits is a character on the former,
// on the latter a byte, the lower one of its number; one of two digits is a byte on both. So in texts characters take the
// place of such escapes, and the minifier may not write one for the other, and not count them. They travel through it as
// private characters.

const FIRST = 0xe000;
const LAST = 0xf8ff;
const hidden: string[] = [];

function replacement(text: string): string {
  let i = hidden.indexOf(text);
  if (i < 0) i = hidden.push(text) - 1;
  return FIRST + i > LAST ? text : String.fromCharCode(FIRST + i);
}

/** A text literal with the characters beyond ASCII that its escapes stand for; half of one stays an escape. */
export function unescaped(literal: string): string {
  return literal.replace(/\\u\{([0-9a-f]+)\}|(?:\\u[0-9a-f]{4})+|\\[^]/gi, (escapes, code) => {
    if (escapes.length < 3 || parseInt(code, 16) > 0x10ffff) return escapes;
    const text: string = code ? String.fromCodePoint(parseInt(code, 16)) : JSON.parse(`"${escapes}"`);
    return text.replace(/[^]/gu, (c) =>
      /[\0-\x7f\ud800-\udfff]/u.test(c) ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c,
    );
  });
}

/** Puts a private character in the place of each character beyond ASCII. */
export function hide(source: string): string {
  return source.replace(/[\u0080-\u{10ffff}]/gu, replacement);
}

/** Has anything been hidden in that text? */
export function hides(text: string): boolean {
  return /[\ue000-\uf8ff]/.test(text);
}

/** What a private character stands for. */
export const original = (letter: string): string => hidden[letter.charCodeAt(0) - FIRST];

/** A text with what was hidden in it. */
export const shown = (text: string): string => text.replace(/[\ue000-\uf8ff]/g, (letter) => original(letter) || letter);

const byteEscape = (byte: number): string => `\\x${byte.toString(16).toUpperCase()}`;

/**
 * Puts back what was hidden, which a minifier has written as escapes. `isAscii`: for a board whose build has no Unicode
 * support, as escapes of bytes, which are the same there: what uploads a program makes one byte of a character up to 255.
 */
export function reveal(code: string, isAscii: boolean): string {
  return code.replace(/\\(?:u([0-9a-f]{4})|[^])/gi, (escape, hex) => {
    const text = hidden[parseInt(hex, 16) - FIRST];
    return text && isAscii ? [...Buffer.from(text)].map(byteEscape).join('') : text || escape;
  });
}
