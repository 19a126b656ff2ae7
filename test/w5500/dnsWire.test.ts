// Answers of a name server as bytes: how much work they can make, and records that no name server of the tests sends.
import { buildQuery, parseAnswer } from '../../drivers/ip/dnsWire';

const LONGEST_DATAGRAM = 1472;
const QUERY: Uint8Array = buildQuery('example.com');
const TEXT = [0, 16, 0, 1, 0, 0, 0, 9];

const pair = (n: number): number[] => [n >> 8, n & 255];

/** Filled with records of no interest. The name of all but the first is at `offset` in the first one's data, `bytes`. */
function answer(bytes: (at: number) => number[], offset: number): Uint8Array {
  const head = [0, 0, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, ...QUERY.slice(12)];
  const at = head.length + 11;
  const data = bytes(at);
  const first = [0, ...TEXT, ...pair(data.length), ...data];
  const other = [...pair(0xc000 + at + offset), ...TEXT, 0, 0];
  const others = Math.floor((LONGEST_DATAGRAM - head.length - first.length) / other.length);
  head.splice(6, 2, ...pair(1 + others));
  return Uint8Array.from([...head, ...first, ...Array(others).fill(other).flat()]);
}

/** How many bytes were looked at, some of them again and again. */
function readsOf(datagram: Uint8Array): number {
  let reads = 0;
  const watched = new Proxy(datagram, {
    get(bytes: any, name) {
      if (/^\d+$/.test(String(name))) reads++;
      return typeof bytes[name] === 'function' ? bytes[name].bind(bytes) : bytes[name];
    },
  });
  try {
    parseAnswer(watched, QUERY);
  } catch (e) {
    expect(e).toBe(0);
  }
  return reads;
}

/** An answer with this record for the name that was asked. */
function oneRecord(type: number, rrClass: number, ttl: number[], data: number[]): Uint8Array {
  const head = [0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, ...QUERY.slice(12)];
  return Uint8Array.from([...head, 0xc0, 12, ...pair(type), ...pair(rrClass), ...ttl, ...pair(data.length), ...data]);
}

/** The same, with the name where a pointer needs more than its lower byte: behind 300 bytes of a record of no interest. */
function nameFarBehind(): Uint8Array {
  const one = oneRecord(A, IN, MINUTE, ADDRESS);
  const at = QUERY.length + 11 + 300;
  const data = [...new Array(300).fill(0), ...QUERY.slice(12, -4)];
  const record = [...pair(0xc000 + at), ...one.slice(QUERY.length + 2)];
  const head = one.slice(0, QUERY.length);
  head[7] = 2;
  return Uint8Array.from([...head, 0, ...TEXT, ...pair(data.length), ...data, ...record]);
}

/** Answers as one: the records of all. */
function together(...answers: Uint8Array[]): Uint8Array {
  const records = answers.flatMap((one) => [...one.slice(QUERY.length)]);
  return Uint8Array.from([...answers[0].slice(0, QUERY.length), ...records]).fill(answers.length, 7, 8);
}

const A = 1;
const TXT = 16;
const IN = 1;
const CHAOS = 3;
const MINUTE = [0, 0, 0, 60];
const ADDRESS = [192, 0, 2, 7];

it.each([
  ['an address', oneRecord(A, IN, MINUTE, ADDRESS), { _ip: '192.0.2.7', _ttl: 60 }],
  ['a name far behind', nameFarBehind(), { _ip: '192.0.2.7', _ttl: 60 }],
  [
    'two addresses: the first one',
    together(oneRecord(A, IN, MINUTE, ADDRESS), oneRecord(A, IN, MINUTE, [192, 0, 2, 8])),
    { _ip: '192.0.2.7', _ttl: 60 },
  ],
  [
    'a text, and then an address',
    together(oneRecord(TXT, IN, [0, 0, 0, 5], [3, 97, 98, 99]), oneRecord(A, IN, MINUTE, ADDRESS)),
    { _ip: '192.0.2.7', _ttl: 60 },
  ],
  ['more than one question', Uint8Array.from(oneRecord(A, IN, MINUTE, ADDRESS)).fill(2, 5, 6), undefined],
  ['another class', oneRecord(A, CHAOS, MINUTE, ADDRESS), { _ttl: 86400 }],
  [
    'a TTL with its top bit set (RFC 2181 section 8)',
    oneRecord(A, IN, [0x80, 0, 0, 60], ADDRESS),
    { _ip: '192.0.2.7', _ttl: 0 },
  ],
  ['a TTL of more than a day', oneRecord(A, IN, [0, 2, 0, 0], ADDRESS), { _ip: '192.0.2.7', _ttl: 86400 }],
  ['another question', Uint8Array.from(oneRecord(A, IN, MINUTE, ADDRESS)).fill(120, 13, 14), undefined],
])('%s', (_, datagram, want) => {
  expect(parseAnswer(datagram, QUERY)).toEqual(want);
});

const chain = (at: number): number[] => [
  0xc0,
  12,
  ...Array.from({ length: 339 }, (_, i) => pair(0xc000 + at + 2 * i)).flat(),
];
const labels = (): number[] => [...Array(127).fill([1, 97]).flat(), 0];
const longLabels = (): number[] => [
  ...Array(4)
    .fill([63, ...Array(63).fill(97)])
    .flat(),
  0,
];

it.each([
  ['a chain of pointers', answer(chain, 678)],
  ['a name of 127 labels', answer(labels, 0)],
  ['a name of 260 bytes', answer(longLabels, 0)],
])('%s, shared by all records, is not read for ever', (_, datagram) => {
  expect(datagram.length).toBeGreaterThan(LONGEST_DATAGRAM - 12);
  expect(readsOf(datagram)).toBeLessThan(12000);
});
