// What the demo shows: headings, a progress bar, results.
import { MultiBar, Presets } from 'cli-progress';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code) => (text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : String(text));
export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

export const kilobytes = (bytes) =>
  bytes < 1e4 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

export const heading = (text) => console.log(`\n${bold(text)}`);
export const say = (label, text) => console.log(`  ${dim(label.padEnd(10))} ${text}`);

export function check(ok, text) {
  console.log(`  ${ok ? green('ok') : red('WRONG')}${' '.repeat(ok ? 9 : 6)}${text}`);
  return ok;
}

const FORMAT = '  {label} {bar} {percentage}% {note}';
const STEPS = 4;

/** A bar with lines above it; without a terminal, a line for each quarter. */
export class Progress {
  #bars;
  #bar;
  #label;
  #total;
  #step = 0;

  constructor(label, total) {
    this.#label = label.padEnd(10);
    this.#total = total;
    if (!process.stdout.isTTY) return;
    const options = { format: FORMAT, barsize: 32, hideCursor: true, stream: process.stdout, emptyOnZero: true };
    this.#bars = new MultiBar({ ...options, gracefulExit: false }, Presets.shades_classic);
    this.#bar = this.#bars.create(total, 0, { label: this.#label, note: '' });
  }

  set(value, note, total = this.#total) {
    this.#total = total > 0 ? total : this.#total;
    if (this.#bar) {
      this.#bar.setTotal(this.#total);
      this.#bar.update(value, { note });
      return;
    }
    const step = Math.floor((value / this.#total) * STEPS);
    if (step <= this.#step) return;
    this.#step = step;
    console.log(`  ${this.#label} ${Math.floor((value / this.#total) * 100)}% ${note}`);
  }

  say(label, text) {
    const line = `  ${dim(label.padEnd(10))} ${text}\n`;
    if (this.#bars) this.#bars.log(line);
    else process.stdout.write(line);
  }

  stop() {
    if (!this.#bars) return;
    this.#bars.update();
    this.#bars.stop();
  }
}
