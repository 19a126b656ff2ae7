// The byte of a code. It is by itself, because what the core takes from the interpreter comes from elsewhere under Node.

export const chr: (code: number) => string = String.fromCharCode;
