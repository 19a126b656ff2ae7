// The W5500 as a whole: bus, reset, common registers, PHY, INTn, and the sharing out of packets to sockets.
// A model of what the datasheet promises and no more; what it leaves open is answered in the least convenient way.

import * as R from './registers';
import { Arp } from './arp';
import { realClock, type Clock } from './clock';
import { ChipFaults } from './faults';
import { Pool } from './memory';
import { ACK, BROADCAST_IP, BROADCAST_MAC, EMPTY, ipBytes, ipText, macText, NO_IP, RST, seqAdd, SYN } from './packets';
import type { Packet, TcpSegment } from './packets';
import { settings, type ChipOptions, type Core, type Settings } from './options';
import { Random } from './random';
import { Socket } from './socket';
import { EspruinoSpi, FrameDecoder, type Frame, type Pin } from './spi';

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

/** where the cable goes */
export interface Cable {
  /** a packet from the chip */
  carry(packet: Packet): void;
}

/** RSTn must be low for 500 us, and the PLL needs 1 ms to lock (datasheet p. 62) */
const RESET_LOW_MS = 0.5;
const PLL_LOCK_MS = 1;
/** 150 MHz; INTLEVEL counts in units of four of these clocks (datasheet p. 35) */
const PLL_PER_MS = 150000;

export class VirtualW5500 implements Core {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly faults = new ChipFaults();
  readonly sockets: Socket[] = [];
  readonly violations: string[] = [];
  readonly probes: Probe[] = [];
  /** SPI frames and bytes since the start or `resetCounters()` */
  frames = 0;
  bytes = 0;
  cable: Cable | null = null;

  private common = R.resetBytes(R.COMMON, 0x3a);
  private tx = new Pool((n) => this.sockets[n].txSize);
  private rx = new Pool((n) => this.sockets[n].rxSize);
  private arp = new Arp(this);
  private decoder: FrameDecoder;
  private selected = false;
  private said = new Set<string>();
  private arrived: Packet[] = [];
  private arrivalTimer: unknown = null;
  private rstLevel = 1;
  private rstFell = 0;
  private readyAt = 0;
  private softResetUntil = 0;
  private plugged = true;
  private linkAt = 0;
  private intLow = false;
  private intAllowedAt = 0;
  private intTimer: unknown = null;
  private listeners: ((level: boolean) => void)[] = [];

  constructor(options: ChipOptions = {}) {
    this.clock = options.clock ?? realClock;
    this.settings = settings(options);
    this.random = new Random(this.settings.seed);
    this.decoder = new FrameDecoder({
      read: (block, address) => this.readByte(block, address),
      write: (block, address, value) => this.writeByte(block, address, value),
      violate: (what) => this.violate(what),
      frame: (frame) => this.probes.forEach((p) => p.frame?.(frame)),
    });
    for (let n = 0; n < 8; n++) this.sockets.push(new Socket(n, this, this.tx, this.rx));
    this.reset();
    this.readyAt = 0;
  }

  // ---- bus

  select(): void {
    this.selected = true;
    this.probes.forEach((p) => p.cs?.(0));
  }

  deselect(): void {
    if (!this.selected) return;
    this.selected = false;
    this.frames++;
    if (this.answers()) this.decoder.end();
    else this.decoder.drop();
    this.probes.forEach((p) => p.cs?.(1));
    this.said.clear();
    for (const s of this.sockets) s.late.frame();
  }

  /** Full duplex. With CS high the chip does not listen, and MISO floats. */
  transfer(bytes: Uint8Array): Uint8Array {
    const miso = new Uint8Array(bytes.length);
    if (!this.selected) return miso.fill(0xff);
    this.bytes += bytes.length;
    for (let i = 0; i < bytes.length; i++) {
      const forced = this.faults.bus();
      if (forced !== null) miso[i] = forced;
      else if (this.rstLevel) miso[i] = this.decoder.exchange(bytes[i]);
      else this.violate('SPI used while RSTn is low');
      for (const p of this.probes) p.byte?.(bytes[i], miso[i]);
    }
    return miso;
  }

  private answers(): boolean {
    return this.faults.absent === null && this.faults.spiStuck === null && this.rstLevel === 1;
  }

  resetCounters(): void {
    this.frames = this.bytes = 0;
  }

  /** an Espruino SPI object and the pins of the board: `cs` and `rst` are outputs of the host, `irq` is an input */
  spi(): EspruinoSpi {
    return new EspruinoSpi((bytes) => this.transfer(bytes));
  }

  pins(): { cs: Pin; rst: Pin; irq: Pin } {
    const level = (write: (high: boolean) => void, read: () => boolean): Pin => ({
      write: (v) => write(!!Number(v)),
      read: () => (read() ? 1 : 0),
    });
    return {
      cs: level(
        (high) => (high ? this.deselect() : this.select()),
        () => !this.selected,
      ),
      rst: level(
        (high) => this.drivesRst(high),
        () => this.rstLevel === 1,
      ),
      irq: level(
        () => this.violate('INTn driven by the host'),
        () => this.int,
      ),
    };
  }

  // ---- reset

  private drivesRst(high: boolean): void {
    if ((this.rstLevel === 1) === high) return;
    this.rstLevel = high ? 1 : 0;
    this.probes.forEach((p) => p.rst?.(this.rstLevel));
    if (!high) {
      this.rstFell = this.clock.now();
      return;
    }
    const low = this.clock.now() - this.rstFell;
    if (low >= RESET_LOW_MS) this.reset();
    else this.violate(`RSTn low for ${Math.round(low * 1000)} us, at least ${RESET_LOW_MS * 1000} are needed`);
  }

  /** a proper pulse on RSTn */
  reset(): void {
    this.wipe();
    this.softResetUntil = 0;
    this.readyAt = this.clock.now() + PLL_LOCK_MS;
    this.startLink();
  }

  private softReset(): void {
    this.wipe();
    this.softResetUntil = this.faults.resetStuck ? Infinity : this.clock.now() + 0.2 + this.random.next() * PLL_LOCK_MS;
    this.readyAt = this.softResetUntil;
    this.startLink();
  }

  private wipe(): void {
    this.common = R.resetBytes(R.COMMON, 0x3a);
    for (const s of this.sockets) s.reset();
    this.arp.clear();
    this.arrived = [];
    this.changed();
  }

  // ---- PHY and cable

  /** put the cable in or out */
  plug(inserted: boolean): void {
    this.plugged = inserted;
    if (inserted) this.startLink();
  }

  private startLink(): void {
    this.linkAt = this.clock.now() + this.settings.linkUpMs;
  }

  get linkUp(): boolean {
    const cfg = this.common[R.PHYCFGR];
    const powerDown = (cfg & R.PHY_OPMD) !== 0 && ((cfg >> 3) & 7) === 6;
    return this.plugged && (cfg & R.PHY_RST) !== 0 && !powerDown && this.clock.now() >= this.linkAt;
  }

  /** bits 2..0 follow the link partner, which takes 100 Mbit full duplex unless OPMDC forbids (datasheet p. 43) */
  private phycfgr(): number {
    const cfg = this.common[R.PHYCFGR] & 0xf8;
    if (!this.linkUp) return cfg;
    const opmdc = cfg & R.PHY_OPMD ? (cfg >> 3) & 7 : 7;
    const full = opmdc === 1 || opmdc === 3 || opmdc === 7 ? 4 : 0;
    return cfg | full | (opmdc >= 2 ? 2 : 0) | R.PHY_LNK;
  }

  // ---- registers and buffers

  private readByte(block: number, address: number): number {
    const now = this.clock.now();
    if (now < this.readyAt) {
      return block === 0 && address === R.MR && now < this.softResetUntil ? R.MR_RST : 0;
    }
    const socket = this.sockets[block >> 2];
    switch (block & 3) {
      case 1:
        return this.readSocket(socket, address);
      case 2:
        if (!socket.txSize) this.violate(`S${socket.n} TX buffer of 0 KB read`);
        return this.tx.bytes[this.tx.at(socket.n, address)];
      case 3:
        return socket.readRx(address);
    }
    if (block) this.violate(`read of reserved block ${block}`);
    return block ? 0 : this.readCommon(address);
  }

  /** Nothing is latched: a packet may take effect between any two bytes (datasheet p. 54-55). */
  private readSocket(socket: Socket, address: number): number {
    if (this.arrived.length && this.random.chance(this.settings.tearing)) this.takeArrival();
    if (address < 0x30) return socket.readRegister(address);
    this.violate(`S${socket.n} read at 0x${address.toString(16)}, beyond the register block`);
    return 0;
  }

  private readCommon(address: number): number {
    if (address === R.SIR) return this.sir();
    if (address === R.PHYCFGR) return this.phycfgr();
    if (address === R.VERSIONR && this.faults.version !== null) return this.faults.version;
    if (!R.COMMON_MAP[address]) this.violate(`read of reserved common register 0x${address.toString(16)}`);
    return this.common[address] ?? 0;
  }

  private writeByte(block: number, address: number, value: number): void {
    if (this.clock.now() < this.readyAt) return this.violate('write before the reset is over');
    const socket = this.sockets[block >> 2];
    switch (block & 3) {
      case 1:
        if (address === R.Sn_RXBUF_SIZE || address === R.Sn_TXBUF_SIZE) this.checkMove(socket, address);
        if (address < 0x30) return socket.writeRegister(address, value);
        return this.violate(`S${socket.n} write at 0x${address.toString(16)}, beyond the register block`);
      case 2:
        return socket.writeTx(address, value);
      case 3:
        return this.violate(`S${socket.n} RX buffer written`);
    }
    if (block) return this.violate(`write to reserved block ${block}`);
    this.writeCommon(address, value);
  }

  /** A size moves the memory of this socket and of all after it (datasheet p. 31). */
  private checkMove(socket: Socket, address: number): void {
    const open = this.sockets.find((s) => s.n >= socket.n && s.status !== R.SOCK_CLOSED);
    if (open) this.violate(`S${socket.n} ${R.SOCKET_MAP[address]?.name} changed while S${open.n} is open`);
  }

  private writeCommon(address: number, value: number): void {
    const reg = R.COMMON_MAP[address];
    if (!reg) return this.violate(`write to reserved common register 0x${address.toString(16)}`);
    if (reg.readOnly) return this.violate(`write to read-only ${reg.name}`);
    if (address === R.MR && value & R.MR_RST) return this.softReset();
    if (address === R.IR) value = this.common[R.IR] & ~value;
    const wasReset = address === R.PHYCFGR && !(this.common[address] & R.PHY_RST);
    this.common[address] = address === R.PHYCFGR ? value & 0xf8 : value;
    if (wasReset && value & R.PHY_RST) this.startLink();
    this.changed();
  }

  // ---- INTn

  private sir(): number {
    let bits = 0;
    for (const s of this.sockets) if (s.interrupts & s.regs[R.Sn_IMR]) bits |= 1 << s.n;
    return bits;
  }

  /** INTn, active low */
  get int(): boolean {
    return !this.intLow;
  }

  onInt(listener: (level: boolean) => void): void {
    this.listeners.push(listener);
  }

  /** INTn may fall again only (INTLEVEL + 1) * 4 clocks after it rose. */
  changed(): void {
    const active = ((this.common[R.IR] & this.common[R.IMR]) | (this.sir() & this.common[R.SIMR])) !== 0;
    if (active === this.intLow) return;
    const now = this.clock.now();
    if (active && now < this.intAllowedAt) {
      this.clock.clearTimeout(this.intTimer);
      this.intTimer = this.clock.setTimeout(() => this.changed(), this.intAllowedAt - now);
      return;
    }
    this.intLow = active;
    const level = (this.common[R.INTLEVEL] << 8) | this.common[R.INTLEVEL + 1];
    if (!active) this.intAllowedAt = level ? now + ((level + 1) * 4) / PLL_PER_MS : 0;
    this.probes.forEach((p) => p.int?.(active ? 0 : 1));
    if (active && this.faults.missedEdges > 0) {
      this.faults.missedEdges--;
      return;
    }
    for (const listener of this.listeners) listener(!active);
  }

  // ---- for the sockets

  get ip(): string {
    return ipText(this.common, R.SIPR);
  }
  get mac(): string {
    return macText(this.common, R.SHAR);
  }
  get mask(): string {
    return ipText(this.common, R.SUBR);
  }
  get gateway(): string {
    return ipText(this.common, R.GAR);
  }
  get retryMs(): number {
    return ((this.common[R.RTR] << 8) | this.common[R.RTR + 1]) / 10;
  }
  get retryCount(): number {
    return this.common[R.RCR];
  }

  /** recorded once per frame, so that a burst does not repeat it for every byte */
  violate(what: string): void {
    const kind = what.replace(/0x[0-9a-f]+/g, '');
    if (this.said.has(kind)) return;
    this.said.add(kind);
    if (!this.selected) this.said.clear();
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

  send(packet: Packet): void {
    if (this.common[R.SHAR] & 1 || this.mac === '00:00:00:00:00:00') this.violate(`packet sent with SHAR ${this.mac}`);
    const lost = !this.linkUp || !this.cable;
    this.probes.forEach((p) => p.packet?.('out', packet, lost));
    if (!lost) this.cable?.carry(packet);
  }

  // ---- from the cable

  /** A packet has reached the chip; its effects show a moment later. */
  arrive(packet: Packet): void {
    const lost = !this.linkUp || !this.rstLevel;
    this.probes.forEach((p) => p.packet?.('in', packet, lost));
    if (lost) return;
    this.arrived.push(packet);
    if (!this.arrivalTimer) this.waitForArrival();
  }

  private waitForArrival(): void {
    const wait = this.random.next() * this.settings.arrivalMs;
    this.arrivalTimer = this.clock.setTimeout(() => {
      this.arrivalTimer = null;
      if (this.arrived.length) this.takeArrival();
      if (this.arrived.length && !this.arrivalTimer) this.waitForArrival();
    }, wait);
  }

  private takeArrival(): void {
    const packet = this.arrived.shift() as Packet;
    if (packet.to !== this.mac && packet.to !== BROADCAST_MAC) return;
    if (packet.proto === 'arp') {
      if (this.arp.receive(packet)) this.flag(R.IR_CONFLICT);
      return;
    }
    const mine = packet.dst === this.ip || (packet.proto === 'udp' && this.ip === NO_IP);
    if (packet.proto === 'udp' && (mine || packet.to === BROADCAST_MAC || packet.dst === BROADCAST_IP)) {
      this.sockets.some((s) => s.udp.receive(packet));
    } else if (packet.proto === 'icmp' && mine) {
      this.common.set(ipBytes(packet.ip), R.UIPR);
      this.common.set([packet.port >> 8, packet.port & 255], R.UPORTR);
      this.flag(R.IR_UNREACH);
    } else if (packet.proto === 'tcp' && mine) this.receiveTcp(packet);
  }

  private flag(bit: number): void {
    this.common[R.IR] |= bit;
    this.changed();
  }

  private receiveTcp(segment: TcpSegment): void {
    const known = this.sockets.find(
      (s) => s.tcp.active && s.port === segment.dport && s.peerPort === segment.sport && s.peerIp === segment.src,
    );
    if (known) return known.tcp.receive(segment);
    const fresh = segment.flags & SYN && !(segment.flags & ACK);
    const listener = this.sockets.find((s) => s.status === R.SOCK_LISTEN && s.port === segment.dport);
    if (fresh && listener) return listener.tcp.accept(segment);
    if (!(segment.flags & RST)) this.refuse(segment);
  }

  /** RFC 9293 3.10.7.1: a segment for nobody is answered with RST */
  private refuse(segment: TcpSegment): void {
    const { from, src, dst, sport, dport, flags } = segment;
    const length = segment.data.length + (flags & SYN ? 1 : 0) + (flags & 1);
    const answer =
      flags & ACK
        ? { seq: segment.ack, ack: 0, flags: RST }
        : { seq: 0, ack: seqAdd(segment.seq, length), flags: RST | ACK };
    const back = { src: dst, dst: src, sport: dport, dport: sport, wnd: 0, data: EMPTY };
    this.send({ proto: 'tcp', from: this.mac, to: from, ...back, ...answer });
  }
}
