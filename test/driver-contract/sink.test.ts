// The row about sinks, for drivers that push strings as a firmware does, well and badly.
import { driver as host } from '../../drivers/host';
import type { NetDriver, Receiver, Socket } from '../../src/net/driver';
import { driverContract } from './index';

type Deliver = (s: Socket, text: string) => void;

/** Node's sockets, which cannot be paused and hand what comes to `deliver`. */
function pushing(deliver: Deliver): NetDriver {
  return {
    ...host,
    capabilities: { ...host.capabilities, pause: false },
    connect(to, events) {
      const receiver: Receiver = {
        want: () => 536,
        onData: (bytes) => deliver(s, Buffer.from(bytes as Uint8Array).toString('latin1')),
        onWritable: (room) => s.events.onWritable(room),
        onClose: (err) => s.events.onClose(err),
      };
      const raw = host.connect(to, receiver);
      const s: Socket = {
        events,
        get phase() {
          return raw.phase;
        },
        write: (bytes) => raw.write(bytes),
        resume: () => raw.resume(),
        close: () => raw.close(),
      };
      return s;
    },
  };
}

const judge = (deliver: Deliver): Promise<string> =>
  driverContract({ driver: pushing(deliver), timeoutMs: 2000 })
    .find(({ name }) => name.includes('sink'))!
    .run();

const right: Deliver = ({ events }, text) => (events.sink ? events.sink(text) : events.onData(text));

it('passes one that uses it', async () => expect(await judge(right)).toBe(''));

it('excuses one that does not, and one that takes bytes back', async () => {
  expect(await judge(({ events }, text) => events.onData(text))).toMatch(/no use/);
  const rows = driverContract({ driver: host });
  expect(await rows.find(({ name }) => name.includes('sink'))!.run()).toMatch(/unread/);
});

const seen = new WeakMap<Socket, Receiver['sink']>();

it.each<[string, Deliver, RegExp]>([
  [
    'keeps one that was taken away',
    (s, text) => {
      if (!seen.has(s) && s.events.sink) seen.set(s, s.events.sink);
      (seen.get(s) || s.events.onData).call(s.events, text);
    },
    /taken away/,
  ],
  [
    'calls both',
    (s, text) => {
      right(s, text);
      if (s.events.sink) s.events.onData(text);
    },
    /the bytes at/,
  ],
  [
    'loses what comes as it changes',
    (s, text) => {
      if (seen.get(s) === s.events.sink) right(s, text);
      seen.set(s, s.events.sink);
    },
    /the bytes at/,
  ],
  [
    'hands it arrays',
    ({ events }, text) => (events.sink ? events.sink(Buffer.from(text) as any) : events.onData(text)),
    /byte strings/,
  ],
])('fails one that %s', async (_, deliver, complaint) => expect(judge(deliver)).rejects.toThrow(complaint));
