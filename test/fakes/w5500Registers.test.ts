import { Rig } from './w5500Rig';
import { VirtualW5500 } from './virtualW5500';
import * as R from './virtualW5500/registers';

// Reset values typed again from the datasheet, chapter 4: a typing error in the model must not agree with itself.
const COMMON_RESET: [string, number, number[]][] = [
  ['MR', 0x00, [0]],
  ['GAR', 0x01, [0, 0, 0, 0]],
  ['SUBR', 0x05, [0, 0, 0, 0]],
  ['SHAR', 0x09, [0, 0, 0, 0, 0, 0]],
  ['SIPR', 0x0f, [0, 0, 0, 0]],
  ['INTLEVEL', 0x13, [0, 0]],
  ['IR', 0x15, [0]],
  ['IMR', 0x16, [0]],
  ['SIR', 0x17, [0]],
  ['SIMR', 0x18, [0]],
  ['RTR', 0x19, [0x07, 0xd0]],
  ['RCR', 0x1b, [8]],
  ['PTIMER', 0x1c, [0x28]],
  ['PMAGIC', 0x1d, [0]],
  ['PHAR', 0x1e, [0, 0, 0, 0, 0, 0]],
  ['PSID', 0x24, [0, 0]],
  ['PMRU', 0x26, [0xff, 0xff]],
  ['UIPR', 0x28, [0, 0, 0, 0]],
  ['UPORTR', 0x2c, [0, 0]],
  ['PHYCFGR', 0x2e, [0xbf]],
  ['VERSIONR', 0x39, [4]],
];
const SOCKET_RESET: [string, number, number[]][] = [
  ['Sn_MR', 0x00, [0]],
  ['Sn_CR', 0x01, [0]],
  ['Sn_IR', 0x02, [0]],
  ['Sn_SR', 0x03, [0]],
  ['Sn_PORT', 0x04, [0, 0]],
  ['Sn_DHAR', 0x06, [255, 255, 255, 255, 255, 255]],
  ['Sn_DIPR', 0x0c, [0, 0, 0, 0]],
  ['Sn_DPORT', 0x10, [0, 0]],
  ['Sn_MSSR', 0x12, [0, 0]],
  ['Sn_TOS', 0x15, [0]],
  ['Sn_TTL', 0x16, [0x80]],
  ['Sn_RXBUF_SIZE', 0x1e, [2]],
  ['Sn_TXBUF_SIZE', 0x1f, [2]],
  ['Sn_TX_FSR', 0x20, [0x08, 0x00]],
  ['Sn_TX_RD', 0x22, [0, 0]],
  ['Sn_TX_WR', 0x24, [0, 0]],
  ['Sn_RX_RSR', 0x26, [0, 0]],
  ['Sn_RX_RD', 0x28, [0, 0]],
  ['Sn_RX_WR', 0x2a, [0, 0]],
  ['Sn_IMR', 0x2c, [0xff]],
  ['Sn_FRAG', 0x2d, [0x40, 0x00]],
  ['Sn_KPALVTR', 0x2f, [0]],
];

describe('reset values', () => {
  it.each(COMMON_RESET)('%s', (_name, address, want) => {
    expect(new Rig().read(0, address, want.length)).toEqual(want);
  });

  it.each(SOCKET_RESET)('%s of the first and the last socket', (_name, address, want) => {
    const rig = new Rig();
    expect([rig.read(1, address, want.length), rig.read(29, address, want.length)]).toEqual([want, want]);
    expect(rig.chip.violations).toEqual([]);
  });

  it('come back after MR.RST, which clears itself', () => {
    const rig = new Rig();
    rig.address();
    rig.write(0, R.MR, R.MR_RST);
    expect(rig.read(0, R.MR, 1)).toEqual([R.MR_RST]);
    expect(rig.read(0, R.VERSIONR, 1)).toEqual([0]);
    rig.clock.advance(2);
    expect(rig.read(0, R.MR, 1)).toEqual([0]);
    expect(rig.read(0, R.SIPR, 4)).toEqual([0, 0, 0, 0]);
  });
});

describe('the SPI frame', () => {
  it('answers 01 02 03 while its header goes out', () => {
    expect(Array.from(new Rig().frame(0, 0x39, 0, 0))).toEqual([1, 2, 3, 4]);
  });

  it('writes and reads back MAC, mask, gateway and address in one burst', () => {
    const rig = new Rig();
    rig.address();
    expect(rig.read(0, R.SIPR, 4)).toEqual([10, 0, 0, 50]);
    expect([rig.chip.frames, rig.chip.bytes]).toEqual([2, 21 + 7]);
  });

  it.each([
    ['one byte', 1, 1],
    ['two bytes', 2, 2],
    ['four bytes', 3, 4],
  ])('of fixed length ends by itself after %s, with CS tied low', (_name, om, count) => {
    const { chip } = new Rig();
    chip.select();
    const header = [0, 0x19, om];
    const data = new Array<number>(count).fill(0);
    const first = chip.transfer(Uint8Array.from([...header, ...data]));
    const second = chip.transfer(Uint8Array.from([0, 0x39, 1, 0]));
    expect(Array.from(first.subarray(3))).toEqual([7, 0xd0, 8, 0x28].slice(0, count));
    expect(Array.from(second)).toEqual([1, 2, 3, 4]);
  });

  it('is not for the chip while CS is high', () => {
    const { chip } = new Rig();
    expect(Array.from(chip.transfer(Uint8Array.of(0, 0x39, 0, 0)))).toEqual([255, 255, 255, 255]);
    expect(chip.violations).toEqual([]);
  });
});

describe('the Espruino face', () => {
  it('answers in the form it was asked: array, string, number', () => {
    const { chip } = new Rig();
    const spi = chip.spi();
    const { cs } = chip.pins();
    const query = Uint8Array.of(0, 0x39, 0, 0);
    const answer = spi.send(query, cs);
    expect(answer).toBeInstanceOf(Uint8Array);
    expect(answer).not.toBe(query);
    expect(Array.from(answer)).toEqual([1, 2, 3, 4]);
    expect(spi.send('\x00\x39\x00\x00', cs)).toBe('\x01\x02\x03\x04');
    expect(Array.from(spi.send([0, 0x39, [0], { data: 0, count: 1 }], cs))).toEqual([1, 2, 3, 4]);
    cs.write(0);
    expect(spi.send(0)).toBe(1);
    cs.write(1);
    expect(chip.frames).toBe(4);
  });

  it('makes one frame of a write, whatever it is made of', () => {
    const rig = new Rig();
    const { cs } = rig.chip.pins();
    rig.chip.spi().write(0, [0x0f, 4], Uint8Array.of(10), '\x01', [[2], { data: [3], count: 1 }], cs);
    expect(rig.read(0, R.SIPR, 4)).toEqual([10, 1, 2, 3]);
    expect(rig.chip.frames).toBe(2);
  });
});

describe('reset by pin', () => {
  it('needs 500 us', () => {
    const rig = new Rig();
    const { rst } = rig.chip.pins();
    rig.address();
    rst.write(0);
    rig.clock.advance(0.4);
    rst.write(1);
    expect(rig.chip.violations).toEqual([expect.stringContaining('RSTn low for 400 us')]);
    expect(rig.read(0, R.SIPR, 1)).toEqual([10]);
    rst.write(0);
    rig.clock.advance(0.6);
    rst.write(1);
    expect(rig.read(0, R.VERSIONR, 1)).toEqual([0]);
    rig.clock.advance(1);
    expect(rig.read(0, R.VERSIONR, 1)).toEqual([4]);
    expect(rig.read(0, R.SIPR, 1)).toEqual([0]);
  });

  it('the link comes later', () => {
    const rig = new Rig({ linkUpMs: 1000 });
    expect(rig.read(0, R.PHYCFGR, 1)[0] & 1).toBe(0);
    rig.clock.advance(1000);
    expect(rig.read(0, R.PHYCFGR, 1)[0] & 1).toBe(1);
  });
});

describe('with the clock of the machine', () => {
  it('reset and commands come to an end while the host polls without a pause', () => {
    const chip = new VirtualW5500();
    const spi = chip.spi();
    const { cs } = chip.pins();
    const poll = (address: number, block: number, want: number) => {
      for (let i = 0; spi.send(Uint8Array.of(0, address, block << 3, 0), cs)[3] !== want; i++) {
        if (i > 1e6) throw new Error('never');
      }
    };
    spi.write(0, R.MR, 4, R.MR_RST, cs);
    poll(R.MR, 0, 0);
    poll(R.VERSIONR, 0, 4);
    spi.write(0, R.Sn_MR, 0x0c, [R.MODE_UDP], cs);
    spi.write(0, R.Sn_PORT, 0x0c, 1, 2, cs);
    spi.write(0, R.Sn_CR, 0x0c, R.OPEN, cs);
    poll(R.Sn_CR, 1, 0);
    poll(R.Sn_SR, 1, R.SOCK_UDP);
    expect(chip.violations).toEqual([]);
  });
});

describe('faults of the chip', () => {
  it.each([
    ['absent, MISO low', { absent: 0 }, 0],
    ['absent, MISO high', { absent: 255 }, 255],
    ['another version', { version: 0x51 }, 0x51],
    ['bus stuck', { spiStuck: 0xff }, 0xff],
  ])('%s', (_name, fault, want) => {
    const rig = new Rig();
    Object.assign(rig.chip.faults, fault);
    expect(rig.read(0, R.VERSIONR, 1)).toEqual([want]);
  });

  it('a bus that hangs in the middle of a frame', () => {
    const rig = new Rig();
    rig.chip.faults.spiStuckAfter = 5;
    expect(rig.read(0, R.RTR, 4)).toEqual([7, 0xd0, 255, 255]);
    rig.chip.faults.clear();
    expect(rig.read(0, R.RTR, 2)).toEqual([7, 0xd0]);
  });

  it('a reset that never ends', () => {
    const rig = new Rig();
    rig.chip.faults.resetStuck = true;
    rig.write(0, R.MR, R.MR_RST);
    rig.clock.advance(1e6);
    expect([rig.read(0, R.MR, 1), rig.read(0, R.VERSIONR, 1)]).toEqual([[0x80], [0]]);
  });

  it('a command that is never accepted', () => {
    const rig = new Rig();
    rig.chip.faults.commandStuck = true;
    rig.set(0, R.Sn_CR, R.CLOSE);
    rig.clock.advance(1e6);
    expect(rig.get(0, R.Sn_CR)).toBe(R.CLOSE);
  });
});

describe('PHYCFGR', () => {
  it.each([
    ['all by itself', 0xf8, 7],
    ['100 Mbit, full duplex', 0xd8, 7],
    ['10 Mbit, half duplex', 0xc0, 1],
    ['power down', 0xf0, 0],
  ])('%s', (_name, mode, status) => {
    const rig = new Rig();
    rig.write(0, R.PHYCFGR, mode & 0x7f);
    rig.write(0, R.PHYCFGR, mode);
    expect(rig.read(0, R.PHYCFGR, 1)[0] & 7).toBe(0);
    rig.clock.advance(10);
    expect(rig.read(0, R.PHYCFGR, 1)).toEqual([mode | status]);
  });

  it('shows a cable pulled and put in again', () => {
    const rig = new Rig();
    rig.chip.plug(false);
    expect(rig.read(0, R.PHYCFGR, 1)[0] & 1).toBe(0);
    rig.chip.plug(true);
    rig.clock.advance(10);
    expect(rig.read(0, R.PHYCFGR, 1)[0] & 1).toBe(1);
  });
});
