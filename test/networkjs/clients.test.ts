// net, http and dgram of the firmware as clients, over the chip, in the interpreter itself.
import { createSocket } from 'node:dgram';
import { describeEngines } from '../engine/harness';
import type { Stream } from '../fakes/virtualW5500';
import { serveHttp, serveTcp } from '../w5500/servers';
import { BLOCK, runWired } from './program';

const SIZE = 204800;

describeEngines('networkjs', (engine) => {
  it('clients: bytes both ways, ends, errors, and nothing is left behind', async () => {
    const echo = await serveTcp((s) => s.once('data', (d) => s.end(d)));
    const reset = await serveTcp((s) => s.on('data', () => s.resetAndDestroy()));
    let mute: Stream | undefined;
    let heard = '';
    const web = await serveHttp((question, answer) => {
      let n = 0;
      if (question.url === '/open') mute!.window = 65535;
      question.on('data', (d) => (n += d.length));
      question.on('end', () =>
        answer.end(question.url === '/big' ? BLOCK.repeat(SIZE / BLOCK.length + 1).slice(0, SIZE) : `${n} bytes`),
      );
    });
    const udp = createSocket('udp4');
    await new Promise<void>((bound) => udp.bind(0, '127.0.0.1', bound));
    udp.on('message', (d, from) => udp.send(d, from.port, from.address));

    const lines = await runWired(engine, 'clients.js', {
      values: { ECHO: echo, WEB: web, RESET: reset, UDP: udp.address().port, BLOCK, SIZE, ROUNDS: 60 },
      prepare({ lan }) {
        lan.serveTcp('10.0.0.9', 9, () => ({
          onOpen(stream) {
            mute = stream;
            stream.window = 0;
          },
          onData: (bytes) => void (heard += Buffer.from(bytes).toString('latin1')),
          onEnd: (stream) => stream.end(),
        }));
      },
    });
    udp.close();
    // a variable or two more or less, whatever the number of rounds
    const grown = Number(/^leak (-?\d+)$/m.exec(lines.join('\n'))?.[1]);
    expect(grown).toBeLessThan(10);
    expect(lines).toEqual([
      'echo connected',
      'echo hears hello',
      'echo closed false',
      'refused error -9',
      'refused closed true',
      'nobody error -6',
      'nobody closed true',
      'reset connected',
      'reset error -9',
      'reset closed true',
      'http 200 true true',
      `post ${4 * BLOCK.length + 3} bytes`,
      'dgram 3 one 10.0.0.7 3',
      'dgram 3 \xff\0\x80 10.0.0.7 3',
      `dgram 528 ${BLOCK.slice(0, 8)} 10.0.0.7 528`,
      'dgram closed false',
      'stalled true',
      'pressure -1 false',
      `leak ${grown}`,
      'unlinked error -4',
      'unlinked closed true',
    ]);
    expect(heard === BLOCK.repeat(30)).toBe(true);
  });
});
