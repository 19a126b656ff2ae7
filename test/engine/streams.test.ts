// Long bodies in the interpreter: every byte, every piece, and what they leave behind.
import { rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { minify } from 'terser';
import { noise } from '../exchange/expect';
import { RawServer } from '../servers/raw';
import { describeEngines, isSmall, runIn } from './harness';
import { inMemory, inStorage, linuxModules, script } from './program';

const body = noise(20000);
const CHUNKS = [8192, 1, 700, 4000, 512, 12000];

function chunked(): string {
  let text = '';
  for (let at = 0, i = 0; at < body.length; i++) {
    const part = body.subarray(at, at + CHUNKS[i % CHUNKS.length]);
    text += part.length.toString(16) + '\r\n' + part.toString('latin1') + '\r\n';
    at += part.length;
  }
  return text + '0\r\n\r\n';
}

function checksum(piece: number): number {
  let sum = 0;
  for (let at = 0; at < body.length; at += piece)
    sum = ((sum << 1) | (sum >>> 31)) ^ crc32(body.subarray(at, at + piece));
  return sum >>> 0;
}

const replies: { [way: string]: string } = {
  length: 'Content-Length: ' + body.length + '\r\n\r\n' + body.toString('latin1'),
  chunked: 'Transfer-Encoding: chunked\r\n\r\n' + chunked(),
  close: '\r\n' + body.toString('latin1'),
};

describeEngines('long bodies', (engine) => {
  it('arrive whole, in exact pieces, whatever the callback answers', async () => {
    const server = await RawServer.start(async (peer) => {
      const way = (await peer.head()).split(/[ /]+/)[1];
      await peer.send('HTTP/1.1 200 OK\r\n' + replies[way]);
      peer.fin();
    });
    const folder = await inStorage(engine, linuxModules());
    const text = (await minify(script('streams.js'), { ecma: 5 })).code;
    const source = `global.CONFIG=${JSON.stringify({ url: server.url('/'), bytes: body.length })};` + text;
    const { stdout, failed, timedOut } = await runIn(engine, source, { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
    expect({ failed, timedOut }).toEqual({ failed: false, timedOut: false });
    const lines = stdout.trim().split('\n');
    const want = [];
    for (let i = 0; i < 60; i++) {
      const way = ['length', 'chunked', 'close'][i % 3];
      const chunk = [0, 256, 512, 1000][Math.floor(i / 3) % 4];
      const answer = ['nothing', 'number', 'promise', 'thrown'][Math.floor(i / 12) % 4];
      const pieces = chunk ? Math.ceil(body.length / chunk) : '-';
      const sum = chunk ? checksum(chunk) : '-';
      want.push(
        [way, chunk, answer, answer === 'thrown' ? 'the same' : [body.length, pieces, sum, 0].join(' ')].join(' '),
      );
    }
    expect(lines.slice(0, 60)).toEqual(want);
    expect(lines[60]).toMatch(/^left over /);
    // the same after 12 calls more or 36: not a leak, but where in the program it is read
    expect(parseInt(lines[60].split(' ')[2])).toBeLessThanOrEqual(4);
  });

  it('a body that waits for the callback is held once', async () => {
    const server = await RawServer.start(async (peer) => {
      await peer.head();
      await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 14000\r\n\r\n' + body.toString('latin1', 0, 14000));
    });
    const folder = await inStorage(engine, linuxModules());
    const source = `var full = [];
      // not for it twice
      if (process.memory().total === 4095) while (process.memory().free > 2800) full.push(new Uint8Array(400));
      function wait() { return new Promise(function (go) { setTimeout(go, 5); }); }
      function told(what) { console.log(what.received || what.message, full.length > 0); }
      require('netdriver').register(require('linux'));
      require('requests').get('${server.url('/')}', { stream_chunk: 1000, stream_callback: wait }).then(told, told);`;
    const { stdout, failed } = await runIn(engine, source, { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
    expect({ stdout, failed }).toEqual({ stdout: `14000 ${isSmall(engine)}\n`, failed: false });
  });

  it('an array that is sent takes next to no memory', async () => {
    let got = 0;
    const server = await RawServer.start(async (peer) => {
      await peer.head();
      await peer.until(() => peer.received.length >= 8000);
      got = peer.received.length;
      await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const folder = await inStorage(engine, linuxModules());
    const source = `var full = [];
      var data = new Uint8Array(8000).fill(200);
      // not as text, which would be "200,200 ..."
      if (process.memory().total === 4095) while (process.memory().free > 2200) full.push(new Uint8Array(400));
      function told(what) { console.log(what.status || what.message, full.length > 0); }
      require('netdriver').register(require('linux'));
      require('requests').post('${server.url('/')}', { data: data }).then(told, told);`;
    const { stdout, failed } = await runIn(engine, source, { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
    expect({ stdout, failed, got }).toEqual({ stdout: `200 ${isSmall(engine)}\n`, failed: false, got: 8000 });
  });

  it('end, and their connection with them, where a callback was stopped for its depth', async () => {
    const server = await RawServer.start(async (peer) => {
      await peer.head();
      await peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n' + body.toString('latin1', 0, 9000));
      await peer.gone();
    });
    const source = `${inMemory(linuxModules())}
      function deeper() { deeper(); }
      function told(what) { console.log(what.code); }
      require('netdriver').register(require('linux'));
      require('requests').get('${server.url('/')}', { idle_timeout: 400, stream_callback: deeper }).then(told, told);`;
    const { stdout, timedOut } = await runIn(engine, source);
    await server.stop();
    expect({ told: stdout.match(/^E[A-Z]+$/gm), timedOut }).toEqual({ told: ['ETIMEDOUT'], timedOut: false });
  });

  it('from a driver that pushes arrays, which it fills again', async () => {
    const folder = await inStorage(engine, linuxModules());
    const source = `var buffer = new Uint8Array(300);
      var socket = { phase: 'open', write: function () {}, resume: function () {}, close: function () {} };
      var can = { tls: false, verify: false, sni: false, pause: false, blocking: [] };
      function fill(from) { for (var i = 0; i < 300; i++) buffer[i] = (from + i) % 251; }
      function serve() {
        var events = socket.events;
        events.onWritable(512);
        events.onData('HTTP/1.1 200 OK\\r\\nContent-Length: 6000\\r\\n\\r\\n');
        for (var at = 0; at < 6000; at += 300) { fill(at); events.onData(buffer); }
        fill(7);
      }
      function get(chunk) {
        var at = 0;
        var wrong = 0;
        function take(piece) { for (var i = 0; i < piece.length; i++) if (piece[i] !== at++ % 251) wrong++; }
        setTimeout(serve, 1);
        return require('requests').get('http://a/', { stream_chunk: chunk, stream_callback: take }).then(function (r) {
          var last = r.content;
          for (var i = 0; i < last.length; i++) if (last[i] !== (6000 - last.length + i) % 251) wrong++;
          console.log(chunk, at, wrong);
        });
      }
      require('netdriver').register({
        name: 'pushes',
        capabilities: can,
        is_linked: function () { return true; },
        connect: function (to, events) { socket.events = events; return socket; },
      });
      get(512).then(function () { return get(300); }).then(function () { return get(0); });`;
    const { stdout, failed } = await runIn(engine, source, { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
    expect({ stdout, failed }).toEqual({ stdout: '512 6000 0\n300 6000 0\n0 6000 0\n', failed: false });
  });
});
