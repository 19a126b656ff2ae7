import { relative } from 'node:path';

/** Something the user can put right: its message is all they need, and the command ends with `exitCode`. */
export class Failure extends Error {
  /** the message as it was given: rollup puts words of its own in front */
  readonly text: string;

  constructor(
    message: string,
    readonly exitCode = 2,
  ) {
    super(message);
    this.text = message;
  }
}

/** A path as people would write it. */
export function show(file: string): string {
  const path = relative(process.cwd(), file);
  return path.length < file.length ? path : file;
}
