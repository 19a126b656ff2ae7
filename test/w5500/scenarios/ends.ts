// Fault rows: FIN and RST at every stage of a request.
import { pattern } from '../commands';
import { linked } from '../rig';
import type { Rig, Scenario } from '../rig';

const URL = 'http://10.0.0.9/';
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: ';
const BODY = HEAD + '5000\r\n\r\n';

type End = 'FIN' | 'RST';
type Talk = (r: Rig, end: (s: any) => void) => any;

interface Stage {
  name: string;
  /** what the peer does, and when it ends it */
  talk: Talk;
  call?: object;
  /** what becomes of it, by FIN and by RST */
  fin: object;
  rst: object;
}

const lost = { error: 'IOError', code: 'ECONNRESET' };
const any = (...values: string[]) => expect.stringMatching('^(' + values.join('|') + ')$');

/** once the request is there, says this, and ends it a little later, when it lies in the chip */
function saying(text: string): Talk {
  return (r, end) => ({
    onData(_d: Uint8Array, s: any) {
      if (s.said) return;
      s.said = true;
      s.write(text);
      r.clock.setTimeout(() => end(s), 20);
    },
  });
}

const after = (phase: string) => ({ fin: { error: 'IOError', phase }, rst: { ...lost, phase } });
// after a FIN there might still be an answer: that is what is missing
const sending = { fin: { error: 'IOError', phase: any('send', 'headers') }, rst: { ...lost, phase: 'send' } };

const stages: Stage[] = [
  {
    name: 'just after the connection is made',
    talk: (_r, end) => ({ onOpen: end }),
    fin: { error: 'IOError' },
    // whoever looks late cannot tell it from a refusal
    rst: { error: any('HTTPConnectionError', 'IOError'), code: any('ECONNREFUSED', 'ECONNRESET') },
  },
  {
    name: 'in the middle of what is sent',
    call: { upload: 20000 },
    talk: (_r, end) => {
      let got = 0;
      return { onData: (d: Uint8Array, s: any) => void ((got += d.length) > 5000 && s.state === 'open' && end(s)) };
    },
    ...sending,
  },
  {
    name: 'in the middle of what is sent, with the window shut',
    call: { upload: 20000, options: { idle_timeout: 0 } },
    talk: (r, end) => {
      let got = 0;
      return {
        onData(d: Uint8Array, s: any) {
          got += d.length;
          if (got > 3000 && s.window) {
            s.window = 0;
            r.clock.setTimeout(() => end(s), 3000);
          }
        },
      };
    },
    ...sending,
  },
  { name: 'after the request', talk: saying(''), ...after('headers') },
  { name: 'in the status line', talk: saying('HTTP/1.1 2'), ...after('headers') },
  { name: 'in the headers', talk: saying(BODY.substr(0, 30)), ...after('headers') },
  { name: 'between headers and body', talk: saying(BODY), ...after('body') },
  { name: 'in the body', talk: saying(BODY + pattern(0, 1500)), ...after('body') },
  {
    name: 'in a chunk',
    talk: saying('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\nabc'),
    ...after('body'),
  },
  {
    name: 'in the body, unread, with the callback waiting',
    call: { stream: 100, wait: 3000, every: 3 },
    talk: saying(BODY + pattern(0, 1500)),
    // all that came is delivered first
    fin: { error: 'IOError', phase: 'body', received: 1500, wrong: 0 },
    rst: { ...lost, phase: 'body', received: 1500, wrong: 0 },
  },
  {
    name: 'in the body, with the buffer full',
    call: { stream: 100, wait: 2000, every: 1 },
    talk: (r, end) => saying(BODY + pattern(0, 5000))(r, (s) => r.clock.setTimeout(() => end(s), 5000)),
    fin: { status: 200, received: 5000, wrong: 0 },
    rst: { ...lost, phase: 'body', wrong: 0 },
  },
];

function row(stage: Stage, end: End): Scenario {
  return linked(`${end} ${stage.name}`, async (r) => {
    let acked = -1;
    const ending = (s: any) => {
      if (end === 'FIN') return s.end();
      acked = 5000 - s.queued;
      s.reset();
    };
    r.lan.serveTcp('10.0.0.9', 80, () => {
      const events = stage.talk(r, ending);
      return { onEnd: (s: any) => s.end(), ...events };
    });
    const told = await r.get(URL, { options: { timeout: 0 }, ...stage.call });
    expect(told).toMatchObject(end === 'FIN' ? stage.fin : stage.rst);
    // the callback's promise may still be open, and holds what it needs
    await r.rest((stage.call as any)?.wait ?? 0);
    // what is less than a piece is not delivered when the body breaks off
    if (/full/.test(stage.name) && end === 'RST') expect(told.received).toBe(acked - (acked % 100));
    await r.works();
  });
}

/** on a connection that is kept: `end` is called when the answer was taken */
function keptRow(name: string, run: (r: Rig, s: () => any) => Promise<void>): Scenario {
  return linked(name, async (r) => {
    let stream: any;
    r.lan.serveTcp('10.0.0.9', 80, () => ({
      onOpen: (s: any) => (stream = s),
      onData(_d: Uint8Array, s: any) {
        if (s.deaf) return s.deaf();
        s.write(HEAD + '2\r\n\r\nok');
      },
      onEnd: (s: any) => s.end(),
    }));
    expect(await r.get(URL, { keep: 'a' })).toMatchObject({ status: 200, kept: true });
    await run(r, () => stream);
    await r.does({ op: 'drop', name: 'a' });
    await r.works();
  });
}

const keptRows: Scenario[] = (['FIN', 'RST'] as End[]).flatMap((how) => {
  const end = (s: any) => (how === 'FIN' ? s.end() : s.reset());
  return [
    keptRow(`${how} on a kept connection, while idle`, async (r, stream) => {
      end(stream());
      await r.rest(2500);
      // it was freed when the end was heard, not only when it is used again
      expect(r.free()).toBe(true);
      expect(await r.get(URL, { on: 'a' })).toMatchObject({ error: 'IOError' });
    }),
    keptRow(`${how} on a kept connection, as the next request comes`, async (r, stream) => {
      stream().deaf = () => end(stream());
      expect(await r.get(URL, { on: 'a' })).toMatchObject({ error: 'IOError' });
    }),
    keptRow(`${how} on a kept connection, together with its closing`, async (r, stream) => {
      const closing = r.begin({ op: 'drop', name: 'a' });
      end(stream());
      await r.wait(closing);
    }),
  ];
});

export const endRows: Scenario[] = [
  ...stages.flatMap((stage) => [row(stage, 'FIN'), row(stage, 'RST')]),
  ...keptRows,
  keptRow('no answer to the FIN of a connection that is closed', async (r, stream) => {
    stream().dead = true;
    await r.does({ op: 'drop', name: 'a' });
    await r.allFree();
  }),
  linked('a RST that answers the SYN late', async (r) => {
    let first = true;
    r.lan.serveTcp('10.0.0.9', 80, () => null);
    r.lan.drop = (p) => p.proto === 'tcp' && (p.flags & 2) > 0 && first && !(first = false);
    expect(await r.get(URL)).toMatchObject({ error: 'HTTPConnectionError', code: 'ECONNREFUSED', phase: 'connect' });
    await r.works();
  }),
];
