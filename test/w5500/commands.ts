// The board's side of the tests: does what a test asks for, over the driver, and tells how it went. Plain ES5 with
// callbacks, everything declared before it is used: it runs under Node and inside the interpreter alike.
import { socketCommands } from './sockets';
import type { Bench } from './sockets';

/** What a test asks for. */
export interface Command {
  op:
    | 'create'
    | 'link'
    | 'unlink'
    | 'info'
    | 'lookup'
    | 'call'
    | 'drop'
    | 'memory'
    | 'connect'
    | 'udp'
    | 'datagram'
    | 'run';
  /** create: the driver's options but for the pins, and which of these it gets; link: its options; call: those of the request */
  options?: any;
  irq?: boolean;
  rst?: boolean;
  /** lookup, datagram: where to */
  host?: string;
  port?: number;
  /** call */
  method?: string;
  url?: string;
  /** stream the answer in pieces of so many bytes, and compare them with the pattern */
  stream?: number;
  /** the callback's promise settles after so many ms, that of every n-th piece */
  wait?: number;
  every?: number;
  /** send so many bytes of the pattern by `upload` */
  upload?: number;
  /** keep the connection under this name; use the one kept there */
  keep?: string;
  on?: string;
  /** drop, connect, udp: the name; `drop` closes a connection or a UDP socket */
  name?: string;
  /** connect: bytes wanted at a time; udp, too: functions for its events, as texts, and what these are given */
  want?: number;
  acts?: { [event: string]: string };
  arg?: any;
  /** run: a function */
  text?: string;
  /** datagram: what to send, as a byte string */
  data?: string;
}

/** How it went. */
export interface Told {
  /** of an error: its class, and what every error has */
  error?: string;
  code?: string;
  phase?: string;
  message?: string;
  retryable?: boolean;
  /** of an answer */
  status?: number;
  received?: number;
  total?: number;
  /** of an answer that was not streamed */
  text?: string;
  kept?: boolean;
  /** of one that was: pieces, those that are not what the pattern says, and those of another size than asked for */
  pieces?: number;
  wrong?: number;
  odd?: number;
  /** of link, info */
  ip?: string;
  mask?: string;
  gw?: string;
  dns?: string;
  mac?: string;
  /** of run: what the function gave */
  value?: any;
  /** of memory: variables in use, and pieces of a body that came when the call was over */
  usage?: number;
  late?: number;
}

/** What the two worlds have under different names. */
export interface Host {
  requests: any;
  netdriver: any;
  create(options: any): any;
  spi: any;
  cs: any;
  rst: any;
  irq: any;
  /** a byte string of bytes */
  toStr(bytes: any): string;
  /** and bytes of it */
  toBytes(text: string): Uint8Array;
  /** a function of its text */
  fn(text: string): (...args: any[]) => any;
  /** lets so many ms pass, without serving a timer */
  work(ms: number): void;
  usage(): number;
  /** something happened to the socket of that name: there are bytes, or there is a value */
  said(name: string, what: string, bytes?: string, value?: any): void;
}

let long = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345678';
const PERIOD = long.length;
while (long.length < 1400) long += long;

/** `n` bytes from position `at` on of bodies that tests send; a prime length, so that no piece looks like the next. */
export function pattern(at: number, n: number): string {
  let text = '';
  while (text.length + 1000 < n) text += long.substr((at + text.length) % PERIOD, 1000);
  return text + long.substr((at + text.length) % PERIOD, n - text.length);
}

/** Executes commands, over the driver that the last `create` made; `told` is called once for each. */
export function commander(host: Host): { run(c: Command, told: (t: Told) => void): void; linked(): boolean } {
  const requests = host.requests;
  let driver: any;
  let kept: any = {};
  let bench: Bench;
  let late = 0;
  const ops: any = {};

  function fate(e: any): Told {
    let error = 'Other ' + e;
    if (e instanceof requests.HTTPResponseError) error = 'HTTPResponseError';
    else if (e instanceof requests.HTTPConnectionError) error = 'HTTPConnectionError';
    else if (e instanceof requests.IOError) error = 'IOError';
    else if (e && e.code) error = 'NetError';
    return {
      error: error,
      code: e && e.code,
      phase: e && e.phase,
      message: e && e.message,
      retryable: e && e.retryable,
    };
  }

  function settle(promise: any, told: (t: Told) => void, good: (v: any) => Told): void {
    promise.then(
      function (v: any) {
        told(good(v));
      },
      function (e: any) {
        told(fate(e));
      },
    );
  }

  function same(v: any): Told {
    return v;
  }

  ops.create = function (c: Command, told: (t: Told) => void) {
    const o = c.options || {};
    o.spi = host.spi;
    o.cs = host.cs;
    if (c.rst) o.rst = host.rst;
    if (c.irq) o.irq = host.irq;
    const made = host.create(o);
    kept = {};
    bench = {
      driver: made,
      sockets: {},
      create: host.create,
      spi: host.spi,
      cs: host.cs,
      pattern: pattern,
      bytes: host.toBytes,
      work: host.work,
    };
    if (driver) host.netdriver.unregister(driver.name);
    driver = made;
    host.netdriver.register(driver, { default: true });
    told({});
  };

  ops.link = function (c: Command, told: (t: Told) => void) {
    settle(driver.link(c.options), told, same);
  };

  ops.unlink = function (c: Command, told: (t: Told) => void) {
    driver.unlink();
    told({});
  };

  ops.info = function (c: Command, told: (t: Told) => void) {
    // where an argument throws, the interpreter never lets go of the function it was for
    const info = driver.link_info();
    told(info);
  };

  ops.lookup = function (c: Command, told: (t: Told) => void) {
    settle(driver.gethostbyname(c.host), told, function (ip) {
      return { ip: ip };
    });
  };

  function receiver(c: Command, t: Told): (chunk: any) => any {
    t.received = t.pieces = t.wrong = t.odd = 0;
    return function (chunk: any) {
      const n = chunk.length;
      if (t.kept !== undefined) late++;
      if (host.toStr(chunk) !== pattern(t.received!, n)) t.wrong!++;
      if (n !== c.stream) t.odd!++;
      t.received! += n;
      if (c.wait && !(++t.pieces! % c.every!))
        return new Promise(function (resolve) {
          setTimeout(resolve, c.wait, 0);
        });
    };
  }

  function file(size: number): any {
    let at = 0;
    return {
      size: function () {
        return size;
      },
      read: function (max: number) {
        const now = pattern(at, Math.min(max, 512, size - at));
        at += now.length;
        return now;
      },
    };
  }

  ops.call = function (c: Command, told: (t: Told) => void) {
    const o = c.options || {};
    const t: Told = {};
    let call: any;
    if (c.stream !== undefined) {
      o.stream_chunk = c.stream;
      o.stream_callback = receiver(c, t);
    }
    if (c.keep) o.headers = { Connection: 'keep-alive' };
    if (c.on) o.connection = kept[c.on];
    if (c.upload !== undefined) call = requests.upload(c.url, file(c.upload), o);
    else call = requests.request(c.method || 'GET', c.url, o);
    settle(
      call,
      function (e) {
        t.kept = !!e.kept;
        for (const key in e) (t as any)[key] = e[key as keyof Told];
        told(t);
      },
      function (r) {
        const e: Told = { status: r.status, received: r.received, total: r.total, kept: !!r.connection };
        if (c.stream === undefined) e.text = r.text();
        if (c.keep) kept[c.keep] = r.connection;
        else if (r.connection) r.connection.close();
        return e;
      },
    );
  };

  socketCommands(
    ops,
    host,
    function () {
      return bench;
    },
    fate,
  );

  ops.drop = function (c: Command, told: (t: Told) => void) {
    const name = c.name!;
    const n = bench.sockets[name];
    if (kept[name]) kept[name].close();
    if (n) n.socket.close();
    kept[name] = undefined;
    delete bench.sockets[name];
    told({});
  };

  ops.memory = function (c: Command, told: (t: Told) => void) {
    told({ usage: host.usage(), late: late });
  };

  return {
    run: function (c, told) {
      try {
        ops[c.op](c, told);
      } catch (e) {
        told(fate(e));
      }
    },
    linked: function () {
      return !!driver && driver.is_linked();
    },
  };
}
