// Characters beyond ASCII must reach the interpreter as they are: builds with Unicode support then see a character, the
// others its UTF-8 bytes. An escape like \u20ac is a character on the former, and on the latter a single byte, the lower
// half of its number; an escape like \xac is a byte on both. So in strings the former kind is replaced by characters, and
// the minifier must neither turn one into the other nor count them: they pass through it as private-use characters.
import { Failure } from './failure';

const FIRST = 0xe000;
const LAST = 0xf8ff;
const hidden: string[] = [];

function replacement(text: string): string {
  let i = hidden.indexOf(text);
  if (i < 0) i = hidden.push(text) - 1;
  if (FIRST + i > LAST) throw new Failure(`more than ${i} different characters beyond ASCII, in all files together`);
  return String.fromCharCode(FIRST + i);
}

/** A string literal with its escapes replaced by characters beyond ASCII; half of a surrogate pair stays an escape. */
export function unescaped(literal: string): string {
  return literal.replace(/\\u\{([0-9a-f]+)\}|(?:\\u[0-9a-f]{4})+|\\[^]/gi, (escapes, code) => {
    if (escapes.length < 3 || parseInt(code, 16) > 0x10ffff) return escapes;
    const text: string = code ? String.fromCodePoint(parseInt(code, 16)) : JSON.parse(`"${escapes}"`);
    return text.replace(/[^]/gu, (c) =>
      /[\0-\x7f\ud800-\udfff]/u.test(c) ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c,
    );
  });
}

/** Replaces each character beyond ASCII by a private-use character. */
export function hide(source: string): string {
  return source.replace(/[\u0080-\u{10ffff}]/gu, replacement);
}

/** Has anything been hidden in this text? */
export function hides(text: string): boolean {
  return /[\ue000-\uf8ff]/.test(text);
}

/** The character that a private-use character stands for. */
export const original = (letter: string): string => hidden[letter.charCodeAt(0) - FIRST];

/** A text with the hidden characters restored. */
export const shown = (text: string): string => text.replace(/[\ue000-\uf8ff]/g, (letter) => original(letter) || letter);

const byteEscape = (byte: number): string => `\\x${byte.toString(16).toUpperCase()}`;

/**
 * Restores the hidden characters, which a minifier has written as escapes. With `isAscii`, for boards whose build has no
 * Unicode support, as escapes of bytes, which mean the same there: the tools that upload a program would send a character
 * up to 255 as a single byte.
 */
export function reveal(code: string, isAscii: boolean): string {
  return code.replace(/\\(?:u([0-9a-f]{4})|[^])/gi, (escape, hex) => {
    const text = hidden[parseInt(hex, 16) - FIRST];
    return text && isAscii ? [...Buffer.from(text)].map(byteEscape).join('') : text || escape;
  });
}
