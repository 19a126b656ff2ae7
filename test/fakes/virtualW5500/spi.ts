// The SPI face: what CS, MOSI and MISO do (datasheet p. 13-18), and the same in Espruino's terms.

import { BSB_SHIFT, OM_MASK, RWB_WRITE } from './registers';

/** who answers on the other side of the frame decoder */
export interface Target {
  /** `block` is BSB, the upper five bits of the control byte */
  read(block: number, address: number): number;
  write(block: number, address: number, value: number): void;
  violate(what: string): void;
  /** a frame has ended */
  frame(frame: Frame): void;
}

export interface Frame {
  block: number;
  address: number;
  write: boolean;
  data: number[];
}

/** OM bits of the control byte: bytes per frame in fixed-length mode, 0 for variable length */
const FIXED_LENGTH = [0, 1, 2, 4];
/** MISO while the header goes out, and while data are written */
const HEADER_ECHO = [0x01, 0x02, 0x03];
const WRITE_ECHO = 0x03;

export class FrameDecoder {
  private header: number[] = [];
  private data: number[] = [];
  private length = 0;

  constructor(private target: Target) {}

  /** no data yet */
  get inHeader(): boolean {
    return this.header.length < 3;
  }

  /** one byte each way */
  exchange(mosi: number): number {
    if (this.header.length < 3) {
      this.header.push(mosi);
      if (this.header.length === 3) this.length = FIXED_LENGTH[mosi & OM_MASK];
      return HEADER_ECHO[this.header.length - 1];
    }
    const control = this.header[2];
    const address = (((this.header[0] << 8) | this.header[1]) + this.data.length) & 0xffff;
    let miso = WRITE_ECHO;
    if (control & RWB_WRITE) {
      this.target.write(control >> BSB_SHIFT, address, mosi);
      this.data.push(mosi);
    } else {
      miso = this.target.read(control >> BSB_SHIFT, address) & 0xff;
      this.data.push(miso);
    }
    if (this.length && this.data.length === this.length) this.end();
    return miso;
  }

  /** the frame is lost */
  drop(): void {
    this.header = [];
    this.data = [];
  }

  /** CS went high, or a fixed length is complete */
  end(): void {
    const [high, low, control] = this.header;
    const started = this.header.length;
    const data = this.data;
    this.drop();
    if (!started) return;
    if (started < 3) return this.target.violate(`SPI frame of ${started} bytes, too short for its header`);
    if (!data.length) this.target.violate('SPI frame without data');
    else if (this.length && data.length < this.length) this.target.violate('SPI frame shorter than its fixed length');
    const write = (control & RWB_WRITE) !== 0;
    this.target.frame({ block: control >> BSB_SHIFT, address: (high << 8) | low, write, data });
  }
}

/** a pin as Espruino has them */
export interface Pin {
  write(level: boolean | number): void;
  read(): number;
}

export type SpiItem =
  number | string | ArrayLike<unknown> | { data: unknown; count: number } | { callback: () => unknown };

/** Bytes of an argument of `SPI.write`, in Espruino's order: nested lists, `{data, count}` and `{callback}` included. */
export function spiBytes(item: unknown, out: number[] = []): number[] {
  if (typeof item === 'number' || typeof item === 'boolean') out.push(Number(item) & 0xff);
  else if (typeof item === 'string') for (let i = 0; i < item.length; i++) out.push(item.charCodeAt(i) & 0xff);
  else if (item && typeof item === 'object') {
    const it = item as { data?: unknown; count?: number; callback?: () => unknown; length?: number };
    if (typeof it.callback === 'function') spiBytes(it.callback(), out);
    else if (it.count !== undefined) for (let i = 0; i < it.count; i++) spiBytes(it.data, out);
    else if (it instanceof ArrayBuffer) out.push(...new Uint8Array(it));
    else for (let i = 0; i < (it.length ?? 0); i++) spiBytes((item as ArrayLike<unknown>)[i], out);
  }
  return out;
}

function isPin(value: unknown): value is Pin {
  return !!value && typeof (value as Pin).write === 'function' && typeof (value as Pin).read === 'function';
}

/** An Espruino SPI object on top of a bus: one call is one CS frame when the last argument is a pin. */
export class EspruinoSpi {
  constructor(private transfer: (bytes: Uint8Array) => Uint8Array) {}

  setup(): void {}

  send(data: number, cs?: Pin): number;
  send(data: string, cs?: Pin): string;
  send(data: SpiItem, cs?: Pin): Uint8Array;
  send(data: SpiItem, cs?: Pin): number | string | Uint8Array {
    const miso = this.framed(data instanceof Uint8Array ? data : Uint8Array.from(spiBytes(data)), cs);
    if (typeof data === 'number') return miso[0];
    return typeof data === 'string' ? String.fromCharCode(...miso) : miso;
  }

  write(...items: unknown[]): void {
    const cs = isPin(items[items.length - 1]) ? (items.pop() as Pin) : undefined;
    const only = items.length === 1 ? items[0] : null;
    this.framed(only instanceof Uint8Array ? only : Uint8Array.from(spiBytes(items)), cs);
  }

  private framed(bytes: Uint8Array, cs?: Pin): Uint8Array {
    if (cs) cs.write(0);
    const miso = this.transfer(bytes);
    if (cs) cs.write(1);
    return miso;
  }
}
