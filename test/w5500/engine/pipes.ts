// Two named pipes to a program in the interpreter; spi.js is the other end.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a frame from the program is. It begins with the length of its data (two bytes) and its kind. */
export const enum Kind {
  /** bytes for MOSI */
  Write,
  /** bytes for MOSI; those of MISO are the answer */
  Send,
  /** a text; so is the answer, behind its length */
  Question,
  /** a text */
  News,
}

const LENGTH = 2;

export class Pipes {
  private folder = mkdtempSync(join(tmpdir(), 'spi-'));
  private out: number;
  private input: Socket;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private frame: (kind: Kind, data: Buffer) => void) {
    const [up, down] = this.paths();
    execFileSync('mkfifo', [up, down]);
    // opened for both ways: nobody has to wait for the other end
    this.out = openSync(down, constants.O_RDWR);
    const fd = openSync(up, constants.O_RDWR | constants.O_NONBLOCK);
    this.input = new Socket({ fd, readable: true, writable: false });
    this.input.on('data', (piece) => this.take(piece));
  }

  private paths(): string[] {
    return ['up', 'down'].map((name) => join(this.folder, name));
  }

  /** text in front of the program */
  get program(): string {
    const [up, down] = this.paths();
    return `var UP=${JSON.stringify(up)},DOWN=${JSON.stringify(down)};\n`;
  }

  private take(piece: Buffer): void {
    this.rest = this.rest.length ? Buffer.concat([this.rest, piece]) : piece;
    while (this.rest.length > LENGTH) {
      const start = LENGTH + 1;
      const end = start + this.rest.readUInt16BE(0);
      if (this.rest.length < end) return;
      const kind = this.rest[LENGTH];
      const data = this.rest.subarray(start, end);
      this.rest = this.rest.subarray(end);
      this.frame(kind, data);
    }
  }

  /** MISO of a frame */
  send(bytes: Uint8Array): void {
    writeSync(this.out, bytes);
  }

  /** an answer in text */
  answer(text: string): void {
    const bytes = Buffer.alloc(LENGTH + text.length);
    bytes.writeUInt16BE(text.length);
    bytes.write(text, LENGTH, 'latin1');
    writeSync(this.out, bytes);
  }

  close(): void {
    this.input.destroy();
    closeSync(this.out);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
