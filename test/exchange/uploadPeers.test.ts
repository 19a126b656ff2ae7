// upload to peers that answer early, stop reading or close; and how far ahead a source is read.
import * as requests from '../../src/node/index';
import { RawServer } from '../servers/raw';
import { counting } from './counting';
import { noise, refused, turns } from './expect';
import { HandDriver } from './handDriver';

let server: RawServer;
const done = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const bodyOf = (request: string) => request.substr(request.indexOf('\r\n\r\n') + 4);

beforeEach(async () => (server = await RawServer.start()));
afterEach(() => server.stop());

describe('a peer that', () => {
  const endless = {
    size: () => 1 << 30,
    read: (n: number) => 'x'.repeat(n),
    closed: 0,
    close: () => void endless.closed++,
  };
  beforeEach(() => (endless.closed = 0));

  it('answers before the body is sent ends the sending', async () => {
    server.script = async (peer) => {
      await peer.head();
      peer.stopReading();
      await peer.send('HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nno!!');
    };
    const r = await requests.upload(server.url(), endless, { headers: { Connection: 'keep-alive' } });
    expect(r.status).toBe(413);
    expect(r.text()).toBe('no!!');
    expect(r.connection).toBe(null);
    expect(endless.closed).toBe(1);
  });

  it('answers before the body is sent, in small slices and chunked', async () => {
    server.script = async (peer) => {
      await peer.head();
      peer.stopReading();
      await peer.drip('HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nno!!\r\n0\r\n\r\n');
    };
    const r = await requests.upload(server.url(), endless);
    expect(r.status).toBe(401);
    expect(r.text()).toBe('no!!');
  });

  it('says 100 is no reason to stop', async () => {
    server.script = async (peer) => {
      await peer.head();
      await peer.send('HTTP/1.1 100 Continue\r\n\r\n');
      await peer.until(() => peer.received.length >= 100000);
      await peer.send(done);
    };
    const r = await requests.upload(server.url(), counting(noise(100000)));
    expect(r.status).toBe(200);
  });

  it('stops reading meets the idle_timeout', async () => {
    server.script = (peer) => peer.stopReading();
    await refused(requests.upload(server.url(), endless, { idle_timeout: 1000, timeout: 0 }), {
      type: 'IOError',
      code: 'ETIMEDOUT',
      phase: 'send',
    });
    expect(endless.closed).toBe(1);
  });

  it('closes while the body is sent', async () => {
    server.script = async (peer) => {
      await peer.until(() => peer.received.length > 50000);
      peer.socket.destroy();
    };
    await refused(requests.upload(server.url(), endless), { type: 'IOError', phase: 'send' });
    expect(endless.closed).toBe(1);
  });

  it('resets while the body is sent', async () => {
    server.script = async (peer) => {
      await peer.until(() => peer.received.length > 50000);
      peer.rst();
    };
    await refused(requests.upload(server.url(), endless), { type: 'IOError', phase: 'send' });
  });
});

describe('never more than one piece is read ahead', () => {
  let hand: HandDriver;
  beforeEach(() => (hand = new HandDriver()));
  afterEach(() => hand.remove());

  it('reads no more than there is room for', async () => {
    const bytes = noise(20000);
    const fd = counting(bytes);
    let given = 0;
    const read = fd.read;
    fd.read = function (n) {
      const piece = read.call(this, n);
      given += piece.length;
      return piece;
    };
    const call = requests.upload('http://host.example/', fd, { driver: 'hand' });
    expect(given).toBe(0);
    const socket = hand.socket.open(1);
    for (const room of [1, 10, 100, 511, 512, 513, 1, 700, 3000, 100000]) {
      socket.offer(room);
      const sent = bodyOf(socket.written);
      // the piece that is under way, and one byte to see whether that was all
      expect(given - (socket.written.includes('\r\n\r\n') ? sent.length : 0)).toBeLessThanOrEqual(512);
    }
    expect(bodyOf(socket.written) === bytes.toString('latin1')).toBe(true);
    socket.data(done);
    expect((await call).status).toBe(200);
  });

  it('nothing is written once the answer is there', async () => {
    const fd = counting(noise(20000));
    const call = requests.upload('http://host.example/', fd, { driver: 'hand' });
    const socket = hand.socket.open(1000);
    socket.data('HTTP/1.1 500 No\r\nContent-Length: 1000\r\n\r\n');
    const { reads } = fd;
    const written = socket.written.length;
    socket.offer(5000);
    expect(fd.reads).toBe(reads);
    expect(socket.written.length).toBe(written);
    socket.data('x'.repeat(1000));
    const r = await call;
    expect(r.status).toBe(500);
    expect(socket.closed).toBe(true);
    await turns();
    expect(fd.closed).toBe(1);
  });
});
