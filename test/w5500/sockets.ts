// The board's side of the tests at the level of sockets: every event of a connection or a UDP socket is told to the
// test, and in it a function of the test's may act, in the driver's own turn. Plain ES5, as commands.ts.
import type { Command, Host, Told } from './commands';

/** What functions of a test are given. They are sent as texts, know nothing else, and what they use Espruino has to know. */
export interface Bench {
  driver: any;
  /** of `connect` and `udp`, by name */
  sockets: { [name: string]: Noted };
  /** makes another driver; of which the test's own has the pins */
  create(options?: any): any;
  spi: any;
  cs: any;
  /** `n` bytes from position `at` on, as a text, and bytes of a text */
  pattern(at: number, n: number): string;
  bytes(text: string): Uint8Array;
  /** is at something else for so long: the time goes on, and no timer is served */
  work(ms: number): void;
  /** what a function keeps for another one */
  [more: string]: any;
}

/** One socket, and what a function keeps with it. */
export interface Noted {
  socket: any;
  /** of a connection: bytes wanted at a time */
  take: number;
  arg: any;
  /** of a UDP socket: to be called when a datagram was sent, or was not */
  sent(e: any): void;
  [more: string]: any;
}

/** A function of a test: for the whole board, for an event of a socket. */
export type Job = (b: Bench, arg?: any) => any;
export type Handler = (n: Noted, b: Bench, x: any) => any;

export type Then = (told: Told) => void;

/** Adds commands to `ops`; `bench()` is that of the last `create`, `fate` says what an error is. */
export function socketCommands(ops: any, host: Host, bench: () => Bench, fate: (e: any) => Told): void {
  /** what all sockets have in common: eight of them have to fit into 4,095 variables */
  const noted: any = {
    /** Something happens: the test hears of it, and may have something done. */
    hear: function (what: string, x: any, bytes?: string, value?: any) {
      host.said(this.name, this.socket ? what : 'early ' + what, bytes, value);
      this.act(what, x);
    },
    act: function (what: string, x?: any) {
      const f = this.acts && this.acts[what];
      if (f) f(this, bench(), x);
    },
    want: function () {
      this.hear('want');
      return this.take;
    },
    onData: function (bytes: any) {
      const text = host.toStr(bytes);
      this.hear('data', text, text);
    },
    onWritable: function (room: number) {
      this.hear('room', room, undefined, room);
    },
    onClose: function (e: any) {
      this.hear('close', e, undefined, e && fate(e));
    },
  };

  function make(c: Command): Noted {
    const n: Noted = Object.create(noted);
    n.name = c.name;
    n.take = c.want === undefined ? 512 : c.want;
    n.arg = c.arg;
    for (const what in c.acts || {}) {
      n.acts = n.acts || {};
      n.acts[what] = host.fn(c.acts![what]);
    }
    n.act('before');
    return n;
  }

  function begun(n: Noted, socket: any, told: Then): void {
    n.socket = socket;
    bench().sockets[n.name] = n;
    n.act('after');
    told({});
  }

  ops.connect = function (c: Command, told: Then) {
    const n = make(c);
    const socket = bench().driver.connect({ host: c.host, port: c.port }, n);
    begun(n, socket, told);
  };

  ops.udp = function (c: Command, told: Then) {
    const n = make(c);
    const socket = bench().driver.udp(c.port ? { port: c.port } : undefined);
    n.sent = function (e: any) {
      n.hear('sent', e, undefined, e && fate(e));
    };
    socket.onMessage = function (data: any, ip: string, port: number) {
      const text = host.toStr(data);
      n.hear('message', { text: text, ip: ip, port: port }, text, ip + ':' + port);
    };
    socket.onClose = function (e: any) {
      n.onClose(e);
    };
    begun(n, socket, told);
  };

  ops.datagram = function (c: Command, told: Then) {
    bench().sockets[c.name!].socket.send(c.data, c.host, c.port, function (e: any) {
      told(e ? fate(e) : {});
    });
  };

  ops.run = function (c: Command, told: Then) {
    const value = host.fn(c.text!)(bench(), c.arg);
    if (value && value.then)
      value.then(
        function (v: any) {
          told({ value: v });
        },
        function (e: any) {
          told(fate(e));
        },
      );
    else told({ value: value });
  };
}
