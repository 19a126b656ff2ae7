// The driver in the interpreter in real time, with edges of INTn that wake it.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describeEngines, runIn } from '../../engine/harness';
import { pattern, serveHttp } from '../servers';
import { liveWorld } from '../world';
import { Kind, Pipes } from './pipes';
import { program, script } from './programs';

const SIZE = 40960;

describeEngines('in real time', (engine) => {
  it('DHCP, DNS, TCP, woken by INTn', async () => {
    const body = pattern(SIZE);
    const port = await serveHttp((q, a) => {
      let n = 0;
      if (q.method === 'GET') a.setHeader('Content-Length', SIZE).end(body);
      else q.on('data', (d) => (n += d.length)).on('end', () => a.end('took ' + n));
    });
    const { chip, lan } = liveWorld();
    const spi = chip.spi();
    const { cs } = chip.pins();
    const pipes = new Pipes((kind, data) => {
      if (kind === Kind.Question) return pipes.answer(chip.int ? '1' : '0');
      const miso = spi.send(new Uint8Array(data), cs);
      if (kind === Kind.Send) pipes.send(miso);
    });
    const own = { edge: await script('edge.js'), transfer: await script('transfer.js') };
    const { text, cwd } = await program(engine, 'require("transfer");', own);
    const edges = join(cwd, 'int');
    execFileSync('mkfifo', [edges]);
    const int = openSync(edges, constants.O_RDWR | constants.O_NONBLOCK);
    chip.onInt((level) => void (level || writeSync(int, '.')));
    const first = `var INT=${JSON.stringify(edges)},FROM='http://api.test:${port}/';\n${pipes.program}`;
    const { stdout } = await runIn(engine, first + text, { cwd });
    pipes.close();
    lan.close();
    closeSync(int);
    rmSync(cwd, { recursive: true, force: true });
    const sum = body.reduce((a, b) => (a + b) % 1000003, 0);
    expect(stdout).toBe(`got 200 ${SIZE} ${sum}\ntook 10, INTn fell\n`);
    expect([chip.violations, lan.complaints]).toEqual([[], []]);
  });
});
