// The Ethernet PHY as PHYCFGR shows it (datasheet p. 43): link, speed, duplex, and the cable.

import { PHY_DPX, PHY_LNK, PHY_OPMD, PHY_OPMDC, PHY_RST, PHY_SPD } from './registers';
import type { Clock } from './clock';

// OPMDC (p. 43); 4 is 100 Mbit with negotiation, of which documents do not agree on the duplex
const FULL_10 = 1;
const HALF_100 = 2;
const FULL_100 = 3;
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
    return cfg & PHY_OPMD ? (cfg & PHY_OPMDC) >> 3 : ALL_AUTO;
  }

  up(cfg: number): boolean {
    const awake = (cfg & PHY_RST) !== 0 && this.mode(cfg) !== POWER_DOWN;
    return this.plugged && awake && this.clock.now() >= this.linkAt;
  }

  /** bits 2..0: the link partner takes 100 Mbit full duplex unless OPMDC forbids */
  status(cfg: number): number {
    if (!this.up(cfg)) return 0;
    const mode = this.mode(cfg);
    const duplex = [FULL_10, FULL_100, ALL_AUTO].includes(mode) ? PHY_DPX : 0;
    return duplex | (mode >= HALF_100 ? PHY_SPD : 0) | PHY_LNK;
  }
}
