/** Something the user can put right: its message is all they need, and the command ends with `exitCode`. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode = 2,
  ) {
    super(message);
  }
}
