// A board that is a program in the real interpreter, for the tests of any one engine. Its chip can be changed, its
// time is that of the chip's clock.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OutputFilter } from '../../../src/cli/interpreter';
import type { VirtualW5500 } from '../../fakes/virtualW5500';
import type { Command, Told } from '../commands';
import type { Board } from '../rig';
import type { World } from '../world';
import { Kind, Pipes } from './pipes';

interface Order {
  id: number;
  what: Command;
}

/** The text of a program, and a folder whose Storage has what it asks for. */
export interface Program {
  text: string;
  cwd: string;
}

export class Interpreter implements Board {
  /** what it printed, which should be nothing */
  printed = '';
  linked = false;
  said: Board['said'] = () => {};
  /** it printed a line that begins with # */
  told: (line: string) => void = () => {};
  private orders: Order[] = [];
  private waiting = new Map<number, (told: Told) => void>();
  private count = 0;
  /** it has nothing to do until its timer is due, it is called, or INTn falls */
  private asleep = false;
  private timer: unknown;
  private due = 0;
  private fell = false;
  private ending = false;
  private ended = false;
  private chip!: VirtualW5500;
  private pins!: ReturnType<VirtualW5500['pins']>;
  private spi!: ReturnType<VirtualW5500['spi']>;
  private goOn: (ms: number) => void = () => {};
  private changed: (() => void)[] = [];
  private pipes = new Pipes((kind, data) => this.frame(kind, data));
  private child: ChildProcess;

  constructor(
    engine: string,
    private program: Program,
  ) {
    const file = join(program.cwd, 'program.js');
    writeFileSync(file, this.pipes.program + program.text);
    this.child = spawn(engine, [file], { cwd: program.cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    const filter = new OutputFilter((line) => {
      if (line.startsWith('#')) return this.told(line);
      this.printed += line;
      this.wake();
    });
    this.child.stdout!.setEncoding('latin1').on('data', (text) => filter.push(text));
    this.child.on('close', () => {
      filter.end();
      this.ended = true;
      this.wake();
    });
  }

  /** Solders it to another chip, whose clock goes on from `now`. */
  private attach(chip: VirtualW5500): void {
    if (this.asleep) {
      this.chip.clock.clearTimeout(this.timer);
      this.timer = chip.clock.setTimeout(() => this.call(), this.due - chip.clock.now());
    }
    this.chip = chip;
    this.pins = chip.pins();
    this.spi = chip.spi();
    chip.onInt((level) => {
      if (level || this.chip !== chip) return;
      this.fell = true;
      this.call();
    });
  }

  /** Puts it into a world, whose time waits for it. */
  watch({ clock, chip }: World): void {
    const { busy } = clock;
    // the chip does not wait for a program that is busy
    this.goOn = (ms) => clock.advance(ms);
    clock.busy = () => !this.asleep || busy();
    clock.turn = () => this.turn();
    this.attach(chip);
  }

  /** One turn between two steps of the time: it has done all it could. */
  private async turn(): Promise<void> {
    if (this.asleep) await new Promise((go) => setImmediate(go));
    else await new Promise<void>((go) => this.changed.push(go));
    if (this.ending) return;
    if (this.ended || this.printed)
      throw new Error(`the interpreter ${this.ended ? 'has ended' : 'complains'}:\n${this.printed}`);
  }

  /** its time */
  get now(): number {
    return this.chip ? this.chip.clock.now() : 0;
  }

  /** Has a command executed; call this, then let time pass. */
  order(what: Command): Promise<Told> {
    const id = ++this.count;
    this.orders.push({ id, what });
    this.call();
    return new Promise((told) => this.waiting.set(id, told));
  }

  /** Lets the program end, and takes everything down. */
  async end(): Promise<void> {
    this.ending = true;
    this.call();
    const stop = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    while (!this.ended) await this.turn();
    clearTimeout(stop);
    this.pipes.close();
    rmSync(this.program.cwd, { recursive: true, force: true });
  }

  private wake(): void {
    this.changed.splice(0).forEach((go) => go());
  }

  /** Answers its question, if it sleeps and there is news. */
  private call(): void {
    if (!this.asleep) return;
    this.asleep = false;
    this.chip.clock.clearTimeout(this.timer);
    const command = this.orders.shift();
    this.pipes.answer(
      JSON.stringify({ now: this.chip.clock.now(), fell: this.fell, command, end: this.ending && !command }),
    );
    this.fell = false;
  }

  private frame(kind: Kind, data: Buffer): void {
    if (kind === Kind.Write) this.spi.write(new Uint8Array(data), this.pins.cs);
    else if (kind === Kind.Send) this.pipes.send(this.spi.send(new Uint8Array(data), this.pins.cs));
    else if (kind === Kind.Question) this.question(data.toString('latin1').split(' '));
    else this.news(data.toString('latin1'));
  }

  private question([what, at, linked]: string[]): void {
    if (what === 'irq') return this.pipes.answer(this.chip.int ? '1' : '0');
    const { clock } = this.chip;
    this.asleep = true;
    this.linked = linked === '1';
    this.due = +at;
    if (this.orders.length || this.fell || this.ending) this.call();
    else this.timer = clock.setTimeout(() => this.call(), this.due - clock.now());
    this.wake();
  }

  private news(line: string): void {
    if (line.startsWith('rst ')) return this.pins.rst.write(Number(line.substring(4)));
    if (line.startsWith('work ')) return this.goOn(Number(line.substring(5)));
    const { id, told, name, what, bytes, value } = JSON.parse(line);
    if (name) this.said(name, what, bytes && Buffer.from(bytes, 'base64').toString('latin1'), value);
    else {
      const then = this.waiting.get(id);
      if (!then) throw new Error('told twice: ' + line);
      this.waiting.delete(id);
      then(told);
    }
  }
}
