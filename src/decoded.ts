// What an escape stands for: shared by URLs and JSON.

export const chr: (code: number) => string = String.fromCharCode;

/** The byte of an escape whose last two digits tell it. */
export function decoded(escape: string): string {
  return chr(parseInt(escape.slice(-2), 16));
}
