import { bytes, Rig } from './w5500Rig';
import { DhcpServer, DnsServer, trace } from './virtualW5500';
import * as R from './virtualW5500/registers';

const WORDS: [string, (rig: Rig) => void, string][] = [
  ['a command', (r) => r.set(0, R.Sn_CR, R.CLOSE), 'SPI  S0 Sn_CR <- CLOSE'],
  ['a register', (r) => r.read(0, R.VERSIONR, 1), 'SPI  VERSIONR -> 04'],
  ['a burst', (r) => r.read(5, R.Sn_CR, 3), 'SPI  S1 Sn_CR -> 0, Sn_IR -> 00, Sn_SR -> CLOSED'],
  [
    'addresses',
    (r) => r.address(),
    'GAR <- 10.0.0.1, SUBR <- 255.255.255.0, SHAR <- 02:08:dc:01:02:03, SIPR <- 10.0.0.50',
  ],
  ['half a register', (r) => r.read(1, R.Sn_RX_RSR, 1), 'S0 Sn_RX_RSR@26 -> 00'],
  ['a pointer', (r) => r.set16(0, R.Sn_TX_WR, 513), 'S0 Sn_TX_WR <- 513'],
  ['a mode', (r) => r.set(0, R.Sn_MR, 0x21), 'S0 Sn_MR <- TCP|20'],
  ['a misuse', (r) => r.write(3, 0, 1), 'S0 RX buffer written'],
  ['a buffer', (r) => r.write(2, 0x1234, 1, 2, 3), 'S0 TX [1234] <- 3 bytes'],
];

describe('the trace in words', () => {
  it.each(WORDS)('%s', (_name, act, want) => {
    const rig = new Rig();
    const lines: string[] = [];
    trace(rig.chip, { words: (line) => lines.push(line) });
    act(rig);
    expect(lines.join('\n')).toContain(want);
  });

  it('packets: ARP, TCP, DHCP, DNS', async () => {
    const rig = new Rig();
    const lines: string[] = [];
    trace(rig.chip, { words: (line) => lines.push(line.slice(13)), frames: false });
    new DhcpServer(rig.lan);
    new DnsServer(rig.lan, { zone: { 'a.test': { a: '10.0.0.5' } } });
    rig.lan.serveTcp('10.0.0.5', 80, () => ({}));
    rig.address();
    await rig.connect(0, [10, 0, 0, 5], 80);
    rig.open(1, R.MODE_UDP, 5000);
    rig.to(1, [10, 0, 0, 1], 53);
    await rig.send(1, [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, ...bytes('a'), 4, ...bytes('test'), 0, 0, 1, 0, 1]);
    rig.clock.advance(5);
    expect(lines[0]).toBe('ETH> ARP who has 10.0.0.5? asks 10.0.0.50 (02:08:dc:01:02:03)');
    expect(lines[1]).toBe('ETH< ARP 10.0.0.5 is at 02:57:0a:00:00:05');
    expect(lines[2]).toMatch(/^ETH> TCP 10.0.0.50:50000 > 10.0.0.5:80 SYN seq \d+ win 2048, 0 bytes$/);
    expect(lines[3]).toMatch(/^ETH< TCP 10.0.0.5:80 > 10.0.0.50:50000 SYN\+ACK seq/);
    expect(lines.join('\n')).toContain('DNS query 1234: a.test type 1');
    expect(lines.join('\n')).toContain('DNS answer 1234: a.test type 1, 1 records');
  });
});

describe('the trace as VCD', () => {
  it('declares its signals, then moves forward in time with every byte', () => {
    const rig = new Rig();
    let vcd = '';
    const stop = trace(rig.chip, { vcd: (piece) => (vcd += piece) });
    rig.read(0, R.VERSIONR, 1);
    rig.write(0, R.SIMR, 1);
    stop();
    rig.write(0, R.SIMR, 0);
    const [head, body] = vcd.split('$enddefinitions $end\n');
    expect(head.match(/\$var wire (1|8) \w+/g)).toHaveLength(6);
    const times = [...body.matchAll(/^#(\d+)$/gm)].map((m) => Number(m[1]));
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    const mosi = [...body.matchAll(/^b([01]+) o$/gm)].map((m) => parseInt(m[1], 2));
    const miso = [...body.matchAll(/^b([01]+) i$/gm)].map((m) => parseInt(m[1], 2));
    expect(mosi).toEqual([0, 0x39, 0, 0, 0, 0x18, 4, 1]);
    expect(miso.slice(0, 4)).toEqual([1, 2, 3, 4]);
    expect(body.match(/^[01]c$/gm)).toEqual(['1c', '0c', '1c', '0c', '1c']);
  });
});
