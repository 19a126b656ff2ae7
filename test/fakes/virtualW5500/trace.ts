// A record of what went over the wires: SPI as a VCD file (IEEE 1364 chapter 18) for a logic-analyser viewer,
// and frames and packets in words.

import type { Probe, VirtualW5500 } from './chip';
import { describeFrame } from './frameText';
import { describePacket } from './packetText';

export interface TraceOptions {
  /** receives the VCD text piece by piece */
  vcd?: (text: string) => void;
  /** receives lines in words: packets, violations and, unless `frames` is false, SPI frames */
  words?: (line: string) => void;
  frames?: boolean;
  /** how long one byte takes on the drawing, in ns. Default 1000, as at 8 MHz */
  byteNs?: number;
}

const HEADER = `$comment SPI between a host and a virtual W5500 $end
$timescale 1 ns $end
$scope module w5500 $end
$var wire 1 c SCSn $end
$var wire 1 k byte $end
$var wire 8 o MOSI [7:0] $end
$var wire 8 i MISO [7:0] $end
$var wire 1 n INTn $end
$var wire 1 r RSTn $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
1c
0k
bx o
bx i
1n
1r
$end
`;

/** One pulse of `byte` per byte: SCLK is not drawn bit by bit. Time runs with the clock, and never stands still. */
class Vcd implements Probe {
  private time = 0;
  private drawn = 0;
  private start: number;

  constructor(
    private chip: VirtualW5500,
    private out: (text: string) => void,
    private byteNs: number,
  ) {
    this.start = chip.clock.now();
    out(HEADER);
  }

  private at(step: number): string {
    const now = Math.round((this.chip.clock.now() - this.start) * 1e6);
    this.time = Math.max(this.time + step, now);
    const stamp = this.time > this.drawn ? `#${this.time}\n` : '';
    this.drawn = this.time;
    return stamp;
  }

  cs(level: number): void {
    this.out(`${this.at(this.byteNs)}${level}c\n`);
  }

  byte(mosi: number, miso: number): void {
    const begin = this.at(this.byteNs / 2);
    this.out(`${begin}1k\nb${mosi.toString(2)} o\nb${miso.toString(2)} i\n${this.at(this.byteNs / 2)}0k\n`);
  }

  int(level: number): void {
    this.out(`${this.at(1)}${level}n\n`);
  }

  rst(level: number): void {
    this.out(`${this.at(1)}${level}r\n`);
  }
}

/** Starts tracing; gives a function that ends it. */
export function trace(chip: VirtualW5500, options: TraceOptions): () => void {
  const added: Probe[] = [];
  if (options.vcd) added.push(new Vcd(chip, options.vcd, options.byteNs ?? 1000));
  const { words } = options;
  if (words) {
    const say = (text: string) => words(`${chip.clock.now().toFixed(3).padStart(12)} ${text}`);
    added.push({
      frame: (frame) => options.frames !== false && say(`SPI  ${describeFrame(frame)}`),
      packet: (direction, packet, lost) =>
        say(`${direction === 'out' ? 'ETH>' : 'ETH<'} ${describePacket(packet)}${lost ? '  (lost: no link)' : ''}`),
      int: (level) => say(`INTn ${level}`),
      rst: (level) => say(`RSTn ${level}`),
      violation: (what) => say(`!!!! ${what}`),
    });
  }
  chip.probes.push(...added);
  return () => {
    for (const probe of added) chip.probes.splice(chip.probes.indexOf(probe), 1);
  };
}
