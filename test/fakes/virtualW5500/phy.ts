// The Ethernet PHY as PHYCFGR shows it (datasheet p. 43): link, speed, duplex, and the cable.

import { PHY_LNK, PHY_OPMD, PHY_RST } from './registers';
import type { Clock } from './clock';

const POWER_DOWN = 6;
const ALL_AUTO = 7;

export class Phy {
  private plugged = true;
  private linkAt = 0;

  constructor(
    private clock: Clock,
    private linkUpMs: number,
  ) {}

  plug(inserted: boolean): void {
    this.plugged = inserted;
    if (inserted) this.restart();
  }

  /** negotiation begins anew */
  restart(): void {
    this.linkAt = this.clock.now() + this.linkUpMs;
  }

  /** OPMD 0: the strap pins decide, which on every known board means all automatic */
  private mode(cfg: number): number {
    return cfg & PHY_OPMD ? (cfg >> 3) & 7 : ALL_AUTO;
  }

  up(cfg: number): boolean {
    const awake = (cfg & PHY_RST) !== 0 && this.mode(cfg) !== POWER_DOWN;
    return this.plugged && awake && this.clock.now() >= this.linkAt;
  }

  /** bits 2..0: the link partner takes 100 Mbit full duplex unless OPMDC forbids */
  status(cfg: number): number {
    if (!this.up(cfg)) return 0;
    const mode = this.mode(cfg);
    const full = mode === 1 || mode === 3 || mode === ALL_AUTO ? 4 : 0;
    return full | (mode >= 2 ? 2 : 0) | PHY_LNK;
  }
}
