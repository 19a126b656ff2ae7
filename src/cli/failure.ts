import { relative } from 'node:path';

/** Something that the user can correct: the message is all they need. */
export class Failure extends Error {
  /** the message as given, since rollup puts words of its own in front */
  readonly text: string;

  constructor(message: string) {
    super(message);
    this.text = message;
  }
}

/** A path as a person would write it. */
export function show(file: string): string {
  const path = relative(process.cwd(), file);
  return path.length < file.length ? path : file;
}
