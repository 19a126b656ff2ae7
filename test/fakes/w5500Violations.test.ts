import { Rig } from './w5500Rig';
import * as R from './virtualW5500/registers';

type Row = [string, (rig: Rig) => void, string];

/** a rig with socket 0 open as UDP */
function udp(rig: Rig): void {
  rig.open(0, R.MODE_UDP, 4000);
  rig.to(0, [10, 0, 0, 5], 7);
}

const rows: Row[] = [
  [
    'a command while Sn_CR is busy',
    (r) => [1, 2].forEach(() => r.set(0, R.Sn_CR, R.CLOSE)),
    'S0 Sn_CR <- CLOSE while CLOSE',
  ],
  ['an unknown command', (r) => r.order(0, 0x80), 'S0 unknown command 0x80'],
  ['LISTEN while closed', (r) => r.order(1, R.LISTEN), 'S1 LISTEN while CLOSED'],
  ['SEND while closed', (r) => r.order(1, R.SEND), 'S1 SEND while CLOSED'],
  ['RECV while closed', (r) => r.order(1, R.RECV), 'S1 RECV while CLOSED'],
  ['OPEN twice', (r) => (udp(r), r.order(0, R.OPEN)), 'S0 OPEN while UDP'],
  ['CONNECT on UDP', (r) => (udp(r), r.order(0, R.CONNECT)), 'S0 CONNECT while UDP'],
  ['DISCON before a connection', (r) => (r.open(0, R.MODE_TCP, 1), r.order(0, R.DISCON)), 'S0 DISCON while INIT'],
  ['OPEN without a mode', (r) => r.order(0, R.OPEN), 'S0 OPEN with Sn_MR mode 0'],
  ['MACRAW on socket 1', (r) => r.open(1, R.MODE_MACRAW, 1), 'S1 OPEN as MACRAW'],
  ['OPEN with port 0', (r) => r.open(0, R.MODE_TCP, 0), 'S0 OPEN with Sn_PORT 0'],
  ['more than 16 KB', (r) => (r.set(0, R.Sn_RXBUF_SIZE, 16), r.open(0, R.MODE_UDP, 1)), 'more than 16 KB'],
  ['a buffer of 3 KB', (r) => r.set(0, R.Sn_TXBUF_SIZE, 3), 'S0 Sn_TXBUF_SIZE of 3 KB'],
  [
    'a buffer moved under an open socket',
    (r) => (udp(r), r.set(0, R.Sn_TXBUF_SIZE, 1)),
    'Sn_TXBUF_SIZE changed while S0',
  ],
  ['a buffer moved by a lower socket', (r) => (r.open(3, R.MODE_UDP, 1), r.set(1, R.Sn_RXBUF_SIZE, 1)), 'while S3'],
  ['Sn_MR while open', (r) => (udp(r), r.set(0, R.Sn_MR, 1)), 'S0 Sn_MR written while UDP'],
  ['Sn_PORT while open', (r) => (udp(r), r.set16(0, R.Sn_PORT, 1)), 'S0 Sn_PORT written while UDP'],
  ['Sn_SR written', (r) => r.set(0, R.Sn_SR, 0), 'write to read-only Sn_SR'],
  ['Sn_TX_FSR written', (r) => r.set16(0, R.Sn_TX_FSR, 0), 'write to read-only Sn_TX_FSR'],
  ['SIR written', (r) => r.write(0, R.SIR, 0xff), 'write to read-only SIR'],
  ['VERSIONR written', (r) => r.write(0, R.VERSIONR, 4), 'write to read-only VERSIONR'],
  ['a reserved common register read', (r) => r.read(0, 0x30, 1), 'read of reserved common register 0x30'],
  ['a reserved common register written', (r) => r.write(0, 0x2f, 1), 'write to reserved common register 0x2f'],
  ['a register past the common block', (r) => r.read(0, 0x80, 1), 'read of reserved common register 0x80'],
  ['a reserved socket register read', (r) => r.read(1, 0x14, 1), 'S0 read of reserved 0x14'],
  ['a register past a socket block', (r) => r.read(5, 0x30, 1), 'S1 read of reserved 0x30'],
  ['a reserved block', (r) => r.read(4, 0, 1), 'read of reserved block 4'],
  ['a write to a reserved block', (r) => r.write(8, 0, 1), 'write to reserved block 8'],
  ['a frame without data', (r) => r.frame(0, 0, 0), 'SPI frame without data'],
  ['a frame without a header', (r) => r.frame(0, 0), 'SPI frame of 2 bytes'],
  ['SEND of nothing', (r) => (udp(r), r.order(0, R.SEND)), 'S0 SEND of no bytes'],
  [
    'SEND of more than fits',
    (r) => (udp(r), r.set16(0, R.Sn_TX_WR, r.get16(0, R.Sn_TX_WR) + 2049), r.order(0, R.SEND)),
    'S0 SEND of 2049 bytes with 2048 free',
  ],
  [
    'SEND of bytes that were never written',
    (r) => (udp(r), r.set16(0, R.Sn_TX_WR, r.get16(0, R.Sn_TX_WR) + 5), r.order(0, R.SEND)),
    '5 of which were not written',
  ],
  ['SEND before SEND_OK', (r) => (udp(r), r.put(0, [1]), r.put(0, [2])), 'S0 SEND before SEND_OK'],
  [
    'a new destination during a SEND',
    (r) => (udp(r), r.put(0, [1]), r.to(0, [10, 0, 0, 6], 7)),
    'Sn_DIPR written while',
  ],
  ['the TX buffer of a closed socket', (r) => r.write(2, 0, 1), 'S0 TX buffer written while nothing can be sent'],
  [
    'the TX buffer over bytes that still go out',
    (r) => (udp(r), r.put(0, [1, 2, 3]), r.write(2, r.get16(0, R.Sn_TX_RD), 9)),
    'which is not free',
  ],
  [
    'the RX buffer beyond what has come',
    (r) => (udp(r), r.read(3, r.get16(0, R.Sn_RX_RD), 1)),
    'where nothing was received',
  ],
  ['the RX buffer written', (r) => r.write(3, 0, 1), 'S0 RX buffer written'],
  [
    'Sn_RX_RD beyond Sn_RX_WR',
    (r) => (udp(r), r.set16(0, R.Sn_RX_RD, r.get16(0, R.Sn_RX_RD) + 1), r.order(0, R.RECV)),
    'S0 RECV with Sn_RX_RD 1 bytes on, but 0 received',
  ],
  [
    'CONNECT without an address',
    (r) => (r.address([0, 0, 0, 0]), r.open(0, R.MODE_TCP, 1), r.to(0, [10, 0, 0, 5], 80), r.order(0, R.CONNECT)),
    'S0 CONNECT with SIPR 0.0.0.0',
  ],
  [
    'CONNECT to nowhere',
    (r) => (r.open(0, R.MODE_TCP, 1), r.set16(0, R.Sn_DPORT, 80), r.order(0, R.CONNECT)),
    'S0 CONNECT to 0.0.0.0',
  ],
  [
    'the same four addresses on two sockets',
    (r) => {
      for (const n of [0, 1]) {
        r.open(n, R.MODE_TCP, 5000);
        r.to(n, [10, 0, 0, 5], 80);
        r.order(n, R.CONNECT);
      }
    },
    'S1 CONNECT from port 5000 to 10.0.0.5:80, as S0 does',
  ],
  [
    'a MAC of zeros',
    (r) => (r.write(0, R.SHAR, 0, 0, 0, 0, 0, 0), udp(r), r.put(0, [1])),
    'packet sent with SHAR 00:00',
  ],
  ['a write during the reset', (r) => (r.write(0, R.MR, 0x80), r.write(0, R.RCR, 1)), 'write before the reset is over'],
];

describe('misuse is recorded', () => {
  it.each(rows)('%s', (_name, act, want) => {
    const rig = new Rig();
    rig.address();
    act(rig);
    rig.clock.advance(1);
    expect(rig.chip.violations[0]).toContain(want);
    rig.lan.close();
  });

  it('but not what crosses with a change the host could not know', () => {
    const rig = new Rig({ commandFrames: [0, 0] });
    rig.address();
    let reset = () => {};
    rig.lan.serveTcp('10.0.0.5', 80, () => ({ onOpen: (s) => (reset = () => s.reset()) }));
    rig.open(0, R.MODE_TCP, 50000);
    rig.to(0, [10, 0, 0, 5], 80);
    rig.order(0, R.CONNECT);
    rig.clock.advance(10);
    expect(rig.status(0)).toBe(R.SOCK_ESTABLISHED);
    reset();
    rig.clock.advance(10);
    rig.put(0, [1, 2, 3]);
    rig.order(0, R.DISCON);
    expect(rig.chip.violations).toEqual([]);
    expect(rig.status(0)).toBe(R.SOCK_CLOSED);
    rig.order(0, R.SEND);
    expect(rig.chip.violations).toHaveLength(1);
  });
});
