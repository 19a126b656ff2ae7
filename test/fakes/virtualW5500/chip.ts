// The W5500 as a whole: bus, reset, common registers, and the parts it is made of.
// A model of what the datasheet promises and no more; what it leaves open is answered in the least convenient way.

import * as R from './registers';
import { Arp } from './arp';
import { realClock, type Clock } from './clock';
import { Common } from './common';
import { ChipFaults } from './faults';
import { IntPin } from './intPin';
import { Inbox } from './inbox';
import { Pool } from './memory';
import { settings, type ChipOptions, type Core, type Settings } from './options';
import type { Packet } from './packets';
import { Phy } from './phy';
import { makePins, type Pins } from './pins';
import { Random } from './random';
import { Socket } from './socket';
import { EspruinoSpi, FrameDecoder, type Frame } from './spi';

/** what a tracer may want to hear; all in the order it happened */
export interface Probe {
  cs?(level: number): void;
  byte?(mosi: number, miso: number): void;
  int?(level: number): void;
  rst?(level: number): void;
  frame?(frame: Frame): void;
  packet?(direction: 'out' | 'in', packet: Packet, lost: boolean): void;
  violation?(text: string): void;
}

/** the PLL needs so long to lock (datasheet p. 62) */
const PLL_LOCK_MS = 1;

export class VirtualW5500 implements Core {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly faults = new ChipFaults();
  readonly sockets: Socket[] = [];
  /** everything the host did that the datasheet forbids, with the number of the frame */
  readonly violations: string[] = [];
  readonly probes: Probe[] = [];
  /** SPI frames and bytes since the start or `resetCounters()` */
  frames = 0;
  bytes = 0;
  /** where packets go to */
  cable: { carry(packet: Packet): void } | null = null;

  private common: Common;
  private tx = new Pool((n) => this.sockets[n].txSize);
  private rx = new Pool((n) => this.sockets[n].rxSize);
  private arp: Arp;
  private inbox: Inbox;
  private phy: Phy;
  private irq: IntPin;
  private decoder: FrameDecoder;
  private selected = false;
  private used = false;
  private rst = 1;
  private readyAt = 0;
  private softResetUntil = 0;
  /** violations of this frame: a burst does not repeat one for every byte */
  private said = new Set<string>();

  constructor(options: ChipOptions = {}) {
    this.clock = options.clock ?? realClock;
    this.settings = settings(options);
    this.random = new Random(this.settings.seed);
    this.phy = new Phy(this.clock, this.settings.linkUpMs);
    this.irq = new IntPin(this.clock, this.faults, (level) => this.probes.forEach((p) => p.int?.(level)));
    this.common = new Common(this.phy, this.faults, {
      violate: (what) => this.violate(what),
      softReset: () => this.softReset(),
      changed: () => this.changed(),
      sir: () => this.sockets.reduce((bits, s) => bits | (s.interrupts & s.regs[R.Sn_IMR] ? 1 << s.n : 0), 0),
    });
    for (let n = 0; n < 8; n++) this.sockets.push(new Socket(n, this, this.tx, this.rx));
    this.arp = new Arp(this);
    this.inbox = new Inbox(this, this.sockets, this.arp, {
      conflict: () => this.common.flag(R.IR_CONFLICT),
      unreachable: (packet) => this.common.unreachable(packet),
    });
    this.decoder = new FrameDecoder({
      read: (block, address) => this.readByte(block, address),
      write: (block, address, value) => this.writeByte(block, address, value),
      violate: (what) => this.violate(what),
      frame: (frame) => this.probes.forEach((p) => p.frame?.(frame)),
    });
    this.reset();
    this.readyAt = 0;
  }

  // ---- bus

  select(): void {
    this.selected = true;
    this.used = false;
    this.probes.forEach((p) => p.cs?.(0));
  }

  deselect(): void {
    if (!this.selected) return;
    if (this.used) this.frames++;
    const listening = this.faults.absent === null && this.faults.spiStuck === null && this.rst === 1;
    if (listening) this.decoder.end();
    else this.decoder.drop();
    this.selected = false;
    this.said.clear();
    this.probes.forEach((p) => p.cs?.(1));
    for (const s of this.sockets) s.late.frame();
  }

  /** Full duplex. With CS high the chip does not listen, and MISO floats. */
  transfer(bytes: Uint8Array): Uint8Array {
    const miso = new Uint8Array(bytes.length);
    if (!this.selected) return miso.fill(0xff);
    this.used = this.used || bytes.length > 0;
    this.bytes += bytes.length;
    for (let i = 0; i < bytes.length; i++) {
      const forced = this.faults.bus();
      if (forced !== null) miso[i] = forced;
      else if (this.rst) {
        const noise = this.decoder.inHeader && this.random.chance(this.faults.headerNoise);
        miso[i] = this.decoder.exchange(bytes[i]);
        if (noise) miso[i] = this.random.int(0, 255);
      } else this.violate('SPI used while RSTn is low');
      for (const p of this.probes) p.byte?.(bytes[i], miso[i]);
    }
    return miso;
  }

  resetCounters(): void {
    this.frames = this.bytes = 0;
  }

  /** an Espruino SPI object */
  spi(): EspruinoSpi {
    return new EspruinoSpi((bytes) => this.transfer(bytes));
  }

  pins(): Pins {
    return makePins(this);
  }

  /** INTn, active low */
  get int(): boolean {
    return !this.irq.low;
  }

  onInt(listener: (level: boolean) => void): void {
    this.irq.listen(listener);
  }

  /** puts the cable in or pulls it out */
  plug(inserted: boolean): void {
    this.phy.plug(inserted);
  }

  // ---- reset

  drawRst(level: number): void {
    this.rst = level;
    this.probes.forEach((p) => p.rst?.(level));
  }

  /** a proper pulse on RSTn */
  reset(): void {
    this.softResetUntil = 0;
    this.wipe();
    this.readyAt = this.clock.now() + PLL_LOCK_MS;
  }

  private softReset(): void {
    const ms = 0.2 + this.random.next() * PLL_LOCK_MS;
    this.wipe();
    this.readyAt = this.softResetUntil = this.faults.resetStuck ? Infinity : this.clock.now() + ms;
  }

  private wipe(): void {
    if (this.faults.sendsLost === Infinity) this.faults.sendsLost = 0;
    this.common.reset();
    for (const s of this.sockets) s.reset();
    this.arp.clear();
    this.inbox.clear();
    this.phy.restart();
    this.changed();
  }

  // ---- registers and buffers

  private readByte(block: number, address: number): number {
    const now = this.clock.now();
    if (now < this.readyAt) return block === 0 && address === R.MR && now < this.softResetUntil ? R.MR_RST : 0;
    const socket = this.sockets[block >> 2];
    switch (block & 3) {
      case R.SOCKET_REGISTERS:
        // Nothing is latched: a packet may take effect between any two bytes (datasheet p. 54-55).
        this.inbox.maybeTake();
        return socket.readRegister(address);
      case R.TX_BUFFER:
        return socket.buffers.readTx(address);
      case R.RX_BUFFER:
        return socket.buffers.readRx(address);
    }
    if (block) this.violate(`read of reserved block ${block}`);
    return block ? 0 : this.common.read(address);
  }

  private writeByte(block: number, address: number, value: number): void {
    if (this.clock.now() < this.readyAt) return this.violate('write before the reset is over');
    const socket = this.sockets[block >> 2];
    switch (block & 3) {
      case R.SOCKET_REGISTERS:
        if (address === R.Sn_RXBUF_SIZE || address === R.Sn_TXBUF_SIZE) this.checkMove(socket, address);
        return socket.writeRegister(address, value);
      case R.TX_BUFFER:
        return socket.buffers.writeTx(address, value);
      case R.RX_BUFFER:
        return this.violate(`S${socket.n} RX buffer written`);
    }
    if (block) return this.violate(`write to reserved block ${block}`);
    this.common.write(address, value);
  }

  /** A size moves the memory of this socket and of all after it (datasheet p. 31). */
  private checkMove(socket: Socket, address: number): void {
    const open = this.sockets.find((s) => s.n >= socket.n && s.status !== R.SOCK_CLOSED);
    if (open) this.violate(`S${socket.n} ${R.SOCKET_MAP[address]?.name} changed while S${open.n} is open`);
  }

  // ---- for the sockets

  get ip(): string {
    return this.common.ip;
  }
  get mac(): string {
    return this.common.mac;
  }
  get mask(): string {
    return this.common.mask;
  }
  get gateway(): string {
    return this.common.gateway;
  }
  get retryMs(): number {
    return this.common.retryMs;
  }
  get retryCount(): number {
    return this.common.retryCount;
  }

  changed(): void {
    this.irq.update(this.common.interrupting, this.common.intLevel, () => this.changed());
  }

  violate(what: string): void {
    const kind = what.replace(/0x[0-9a-f]+/g, '');
    if (this.selected && this.said.has(kind)) return;
    this.said.add(kind);
    const text = `frame ${this.frames}: ${what}`;
    this.violations.push(text);
    this.probes.forEach((p) => p.violation?.(text));
  }

  rivalOf(socket: Socket): number {
    const same = (s: Socket) => s.port === socket.port && s.peerIp === socket.peerIp && s.peerPort === socket.peerPort;
    return this.sockets.findIndex((s) => s !== socket && s.tcp.active && same(s));
  }

  resolve(ip: string, done: (mac: string | null) => void): () => void {
    return this.arp.resolve(ip, done);
  }

  // ---- cable

  send(packet: Packet): void {
    const group = parseInt(this.mac, 16) & 1;
    if (group || this.mac === '00:00:00:00:00:00') this.violate(`packet sent with SHAR ${this.mac}`);
    const lost = !this.cable || !this.common.linkUp;
    this.probes.forEach((p) => p.packet?.('out', packet, lost));
    if (!lost) this.cable?.carry(packet);
  }

  /** A packet has reached the chip; its effects show a moment later. */
  arrive(packet: Packet): void {
    const lost = !this.rst || !this.common.linkUp;
    this.probes.forEach((p) => p.packet?.('in', packet, lost));
    if (!lost) this.inbox.arrive(packet);
  }
}
