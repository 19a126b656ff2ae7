// What an escape stands for: shared by URLs and JSON.

export const chr: (code: number) => string = String.fromCharCode;

/** The byte that the last two hex digits of an escape stand for. */
export function decoded(escape: string): string {
  return chr(parseInt(escape.slice(-2), 16));
}
