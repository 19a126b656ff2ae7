// What the callbacks of one socket of a board have told, in order.
import type { Told } from './commands';

export class Heard {
  /** what it was: want, data, room, close of a connection, message, sent, close of a UDP socket */
  events: string[] = [];
  /** the bytes of each `onData` or `onMessage`, and who the latter were from */
  pieces: Buffer[] = [];
  from: string[] = [];
  rooms: number[] = [];
  /** an error, or null */
  closed: (Told | null)[] = [];
  sent: (Told | null)[] = [];
  /** what no driver may do */
  readonly complaints: string[] = [];

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  /** the codes of what was sent, null where it went well */
  get codes(): (string | null)[] {
    return this.sent.map((told) => told && told.code!);
  }

  /** one more */
  add(what: string, bytes: string | undefined, value: any): void {
    if (what.startsWith('early ')) this.complaints.push(what);
    if (this.closed.length && what !== 'sent') this.complaints.push(what + ' after its end');
    if (what === 'data' && !bytes) this.complaints.push('no data');
    this.events.push(what);
    if (bytes !== undefined) this.pieces.push(Buffer.from(bytes, 'latin1'));
    if (what === 'message') this.from.push(value);
    if (what === 'room') this.rooms.push(value);
    if (what === 'close') this.closed.push(value);
    if (what === 'sent') this.sent.push(value);
  }
}
