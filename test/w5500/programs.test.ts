// Random programs, from a seed: calls, datagrams, lookups, link() and unlink() that begin in each other's callbacks, with
// more of them at once than the chip has sockets. Each settles once and as documented, nothing is called afterwards, no
// byte is wrong, and nothing is left behind.
import * as requests from '../../src';
import * as netdriver from '../../src/net/registry';
import { Random } from '../fakes/virtualW5500/random';
import { bench, closeBenches, STATIC } from './bench';
import type { Bench } from './bench';
import type { Connection } from '../../src/connection';
import type { Response } from '../../src/response';

const PROGRAMS = 100;
/** operations of a program, and how many may be under way */
const OPERATIONS = 40;
const AT_ONCE = 12;

const CALL_CODES =
  /^(ENETDOWN|ENOTFOUND|ETIMEDOUT|EMFILE|ECONNRESET|ECONNREFUSED|EHOSTUNREACH|ECONNECTION|ETRUNCATED|EFILE|own)$/;
const LINK_CODES = /^(ENETDOWN|EINVAL|ETIMEDOUT)$/;
const LOOKUP_CODES = /^(ENETDOWN|ENOTFOUND|ETIMEDOUT|EMFILE)$/;
const SEND_CODES = /^(ENETDOWN|ENOTFOUND|ETIMEDOUT|EMFILE|EPIPE|EBUSY|EHOSTUNREACH)$/;

const own = () => Object.assign(new Error('thrown by the program'), { code: 'own' });

/** Bytes that tell whose they are, and where. */
function pattern(key: number, at: number, n: number): string {
  return String.fromCharCode(...Array.from({ length: n }, (_, i) => ((at + i) * 7 + ((at + i) >> 8) + key * 31) & 255));
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

class Program {
  readonly complaints: string[] = [];
  private random: Random;
  private b: Bench;
  private left = OPERATIONS;
  private open = new Set<string>();
  private kept: Connection[] = [];
  private count = 0;
  private depth = 0;
  /** ms: the last unlink() */
  private reset = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.b = bench({
      chip: { seed, tearing: 0.5, linkUpMs: 5 },
      lan: { seed },
      dns: { zone: { 'a.test': { a: '10.0.0.9' } } },
      irq: seed % 2 > 0,
    });
    this.b.clock.skips = () => true;
    this.b.lan.absent.add('10.0.0.77');
    this.b.lan.serveTcp('10.0.0.9', 80, () => this.server());
    this.b.lan.serveUdp('10.0.0.9', 7, ({ src, sport, dst, data }) =>
      this.b.lan.udp({ src: dst, sport: 7, dst: src, dport: sport, data }),
    );
  }

  private expect(good: unknown, complaint: string): void {
    if (!good) this.complaints.push(complaint);
  }

  /** Answers /key/size/framing; the framing `cut` ends too early, `mute` is no answer. */
  private server() {
    let heard = '';
    return {
      onData: (d: Uint8Array, s: any) => {
        heard += text(d);
        const end = heard.indexOf('\r\n\r\n') + 4;
        const length = Number(/content-length: (\d+)/i.exec(heard)?.[1] || 0);
        if (end < 4 || heard.length < end + length) return;
        const [key, size] = heard.split('/').slice(1, 3).map(Number);
        const framing = heard.split(/[/ ]/)[4];
        this.expect(heard.substring(end) === pattern(key, 0, length), `${key}: its request`);
        heard = '';
        if (framing === 'mute') return;
        let body = pattern(key, 0, size);
        let field = `Content-Length: ${size}\r\n`;
        if (framing === 'close') field = '';
        if (framing === 'chunked') {
          field = 'Transfer-Encoding: chunked\r\n';
          body = (size ? `${size.toString(16)}\r\n${body}\r\n` : '') + '0\r\n\r\n';
        }
        if (framing === 'cut') body = body.substring(0, size - 1);
        s.write(`HTTP/1.1 200 OK\r\nX-Key: ${key}\r\n${field}\r\n${body.substring(0, size / 2)}`);
        this.b.clock.setTimeout(
          () => {
            s.write(body.substring(size / 2));
            if (framing === 'close' || framing === 'cut') s.end();
          },
          this.random.int(0, 20),
        );
      },
      onEnd: (s: any) => s.end(),
    };
  }

  /** In each callback: something else, perhaps. */
  private act(): void {
    if (this.depth > 2 || !this.random.chance(0.3)) return;
    this.depth++;
    this.operate();
    this.depth--;
  }

  private operate(): void {
    if (!this.left || this.open.size >= AT_ONCE) return;
    // without a link nearly everything ends at once
    if (!this.b.driver.is_linked() && this.random.chance(0.9)) return;
    this.left--;
    const { call } = this;
    const others = [this.datagram, this.lookup, this.relink, this.drop];
    this.random.pick([call, call, call, call, ...others]).call(this, ++this.count);
  }

  /** Under way, until it is told once how it went. */
  private begin(name: string, codes: RegExp): (error: any) => void {
    this.open.add(name);
    return (error) => {
      this.expect(this.open.delete(name), `${name} settled twice`);
      this.expect(!error || codes.test(error.code), `${name}: ${error?.stack}`);
    };
  }

  private drop(): void {
    for (const connection of this.kept.splice(0)) connection.close();
  }

  private relink(n: number): void {
    // not while the chip is being reset: a second reset in that millisecond does no harm, but counts as misuse
    if (this.b.clock.now() < this.reset + 3) return;
    if (this.random.chance(0.5)) {
      this.reset = this.b.clock.now();
      this.b.driver.unlink();
    }
    const done = this.begin(`link ${n}`, LINK_CODES);
    this.b.driver.link({ ...STATIC }).then(
      () => (done(null), this.act()),
      (e) => (done(e), this.act()),
    );
  }

  private lookup(n: number): void {
    const done = this.begin(`lookup ${n}`, LOOKUP_CODES);
    const found = (ip: string) => {
      done(null);
      this.expect(ip === '10.0.0.9', `lookup ${n} found ${ip}`);
      this.act();
    };
    this.b.driver.gethostbyname(this.random.pick(['a.test', 'no.test'])).then(found, (e) => (done(e), this.act()));
  }

  private datagram(n: number): void {
    const data = pattern(n, 0, this.random.int(1, 1000));
    let over = false;
    try {
      const socket = this.b.driver.udp();
      const done = this.begin(`datagram ${n}`, SEND_CODES);
      socket.onMessage = (bytes) => {
        this.expect(!over && text(bytes) === data, `datagram ${n}: its echo`);
        this.act();
      };
      socket.onClose = () => {
        this.expect(!over, `datagram ${n}: onClose after close()`);
        over = true;
      };
      socket.send(data, this.random.pick(['10.0.0.9', 'a.test', '10.0.0.77']), 7, (e) => (done(e), this.act()));
      this.b.clock.setTimeout(
        () => {
          over = true;
          socket.close();
        },
        this.random.int(0, 3000),
      );
    } catch (e: any) {
      this.expect(/^(ENETDOWN|EMFILE)$/.test(e.code), `datagram ${n}: ${e.stack}`);
    }
  }

  /** What stream_callback may return: it settles at once, or later, or is rejected, and somebody must listen. */
  private promise(settled: () => void) {
    const name = `promise ${++this.count}`;
    this.open.add(name);
    const end = this.random.chance(0.2) ? 1 : 0;
    const ms = this.random.int(-20, 40);
    this.b.clock.setTimeout(() => this.expect(!this.open.delete(name), `nobody listens to ${name}`), 0);
    return {
      then: (...ends: ((value?: unknown) => void)[]) => {
        this.open.delete(name);
        const settle = () => {
          settled();
          ends[end](own());
        };
        if (ms < 0) settle();
        else this.b.clock.setTimeout(settle, ms);
        this.act();
      },
    };
  }

  private source(key: number, size: number, isOver: () => boolean) {
    let at = 0;
    let closed = 0;
    const use = (what: string) => {
      this.expect(!closed && !isOver(), `${key}: ${what} after its end`);
      this.act();
    };
    return {
      size: () => (use('size()'), size),
      read: (n: number) => {
        use('read()');
        if (this.random.chance(0.02)) throw own();
        at += n;
        return pattern(key, at - n, Math.max(0, Math.min(n, size - at + n)));
      },
      close: () => {
        this.expect(!closed++, `${key}: close() twice`);
        this.act();
      },
      closed: () => closed,
    };
  }

  private call(key: number): void {
    const { random } = this;
    const size = random.int(1, 4000);
    const framing = random.pick(['length', 'length', 'length', 'chunked', 'close', 'cut', 'mute']);
    const host = random.pick(['10.0.0.9', '10.0.0.9', '10.0.0.9', 'a.test', '10.0.0.77']);
    const chunk = random.pick([0, 50, 512, 512, 3000]);
    const done = this.begin(`call ${key}`, CALL_CODES);
    let at = 0;
    let busy = false;
    let over = false;
    const options: requests.RequestOptions = {
      headers: { Connection: random.pick(['keep-alive', 'close']) },
      connection: this.kept.length && random.chance(0.5) ? random.pick(this.kept) : undefined,
      timeout: random.int(20, 4000),
      stream_chunk: chunk,
    };
    if (random.chance(0.7))
      options.stream_callback = (piece, r) => {
        this.expect(!over && !busy, `${key}: called after its end, or while its promise is pending`);
        this.expect(text(piece) === pattern(key, at, piece.length), `${key}: wrong at ${at}`);
        at += piece.length;
        this.expect(r.received === at, `${key}: received is ${r.received}, not ${at}`);
        this.expect(!chunk || piece.length === chunk || at >= size - 1, `${key}: a piece of ${piece.length}`);
        this.act();
        if (random.chance(0.03)) throw own();
        if (random.chance(0.7)) return;
        busy = true;
        return this.promise(() => (busy = false));
      };
    const source = this.source(key, random.int(0, 3000), () => over);
    const url = `http://${host}/${key}/${size}/${framing}`;
    const sends = random.chance(0.4);
    (sends ? requests.upload(url, source, options) : requests.get(url, options)).then(
      (r: Response) => {
        over = true;
        done(null);
        this.expect(!busy && framing !== 'cut' && framing !== 'mute', `${key}: complete`);
        this.expect(r.headers['x-key'] === String(key), `${key}: the answer to ${r.headers['x-key']}`);
        this.expect(r.received === size && (at === size || !options.stream_callback), `${key}: ${at}, ${r.received}`);
        this.expect(text(r.content) === pattern(key, size - r.content.length, r.content.length), `${key}: content`);
        this.expect(!sends || source.closed(), `${key}: its source is open`);
        if (r.connection) this.kept.push(r.connection);
        this.act();
      },
      (e: any) => {
        over = true;
        done(e);
        this.expect(!sends || source.closed(), `${key}: its source is open`);
        this.act();
      },
    );
  }

  /** Until all is settled; then a call must work, and leave every socket free. */
  async run(): Promise<void> {
    const { b, random } = this;
    netdriver.register(b.driver);
    await b.wait(b.driver.link({ ...STATIC }));
    while (this.left) {
      this.operate();
      await b.rest(random.chance(0.5) ? 0 : random.int(1, 100));
    }
    await b
      .until(() => !this.open.size, 100000)
      .catch(() => this.complaints.push('never settled: ' + [...this.open].join()));
    this.drop();
    // the datagrams' sockets
    await b.rest(4000);
    if (!b.driver.is_linked()) await b.wait(b.driver.link({ ...STATIC }));
    const r = await b.wait(requests.get('http://a.test/9999/4/length'));
    this.expect(text(r.content) === pattern(9999, 0, 4), 'a call at the end');
    await b.allFree();
  }
}

it(`${PROGRAMS} programs`, async () => {
  for (let seed = 1; seed <= PROGRAMS; seed++) {
    const program = new Program(seed);
    try {
      await program.run();
    } finally {
      netdriver.unregister('w5500');
    }
    expect([seed, ...program.complaints]).toEqual([seed]);
    closeBenches();
  }
});
