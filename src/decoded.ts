// What an escape stands for: shared by URLs and JSON.

export const chr: (code: number) => string = String.fromCharCode;

/** The byte of an escape whose last two digits tell it; a shorter text, as an escaped backslash, stays. */
export function decoded(escape: string): string {
  return escape.length > 2 ? chr(parseInt(escape.slice(-2), 16)) : escape;
}
