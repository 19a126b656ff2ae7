// The common register block (datasheet p. 32-44) and what its values mean to the rest of the chip.

import * as R from './registers';
import { ipBytes, ipText, macText, type IcmpPacket } from './packets';
import type { ChipFaults } from './faults';
import type { Phy } from './phy';

const PHY_WRITABLE = R.PHY_RST | R.PHY_OPMD | R.PHY_OPMDC;

export interface CommonEvents {
  violate(what: string): void;
  /** MR.RST was set */
  softReset(): void;
  /** something that INTn depends on has changed */
  changed(): void;
  /** SIR: one bit for each socket with an interrupt */
  sir(): number;
}

export class Common {
  private bytes = R.commonReset();

  constructor(
    private phy: Phy,
    private faults: ChipFaults,
    private events: CommonEvents,
  ) {}

  reset(): void {
    this.bytes = R.commonReset();
  }

  get ip(): string {
    return ipText(this.bytes, R.SIPR);
  }
  get mac(): string {
    return macText(this.bytes, R.SHAR);
  }
  get mask(): string {
    return ipText(this.bytes, R.SUBR);
  }
  get gateway(): string {
    return ipText(this.bytes, R.GAR);
  }
  get retryMs(): number {
    return this.word(R.RTR) / 10;
  }
  get retryCount(): number {
    return this.bytes[R.RCR];
  }
  get intLevel(): number {
    return this.word(R.INTLEVEL);
  }
  get linkUp(): boolean {
    return this.phy.up(this.bytes[R.PHYCFGR]);
  }
  /** (IR & IMR) or (SIR & SIMR): INTn is low */
  get interrupting(): boolean {
    return ((this.bytes[R.IR] & this.bytes[R.IMR]) | (this.events.sir() & this.bytes[R.SIMR])) !== 0;
  }

  private word(address: number): number {
    return (this.bytes[address] << 8) | this.bytes[address + 1];
  }

  read(address: number): number {
    if (!R.COMMON_MAP[address]) this.events.violate(`read of reserved common register 0x${address.toString(16)}`);
    switch (address) {
      case R.SIR:
        return this.events.sir();
      case R.PHYCFGR:
        return this.bytes[address] | this.phy.status(this.bytes[address]);
      case R.VERSIONR:
        return this.faults.version ?? this.bytes[address];
    }
    return this.bytes[address] ?? 0;
  }

  write(address: number, value: number): void {
    const reg = R.COMMON_MAP[address];
    if (!reg) return this.events.violate(`write to reserved common register 0x${address.toString(16)}`);
    if (reg.readOnly) return this.events.violate(`write to read-only ${reg.name}`);
    if (address === R.MR && value & R.MR_RST) return this.events.softReset();
    const old = this.bytes[address];
    this.bytes[address] = address === R.IR ? old & ~value : address === R.PHYCFGR ? value & PHY_WRITABLE : value;
    if (address === R.PHYCFGR && !(old & R.PHY_RST) && value & R.PHY_RST) this.phy.restart();
    this.events.changed();
  }

  flag(bit: number): void {
    this.bytes[R.IR] |= bit;
    this.events.changed();
  }

  unreachable(packet: IcmpPacket): void {
    this.bytes.set([...ipBytes(packet.ip), packet.port >> 8, packet.port & 255], R.UIPR);
    this.flag(R.IR_UNREACH);
  }
}
