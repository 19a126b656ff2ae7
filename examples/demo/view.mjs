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

/** A bar with lines above it; without a terminal a line now and then. */
export class Progress {
  #bars = new MultiBar(
    {
      format: `  {label} {bar} {percentage}% {note}`,
      barsize: 32,
      hideCursor: true,
      fps: 10,
      noTTYOutput: true,
      notTTYSchedule: 1500,
      gracefulExit: false,
      emptyOnZero: true,
    },
    Presets.shades_classic,
  );
  #bar;

  constructor(label, total) {
    this.#bar = this.#bars.create(total, 0, { label: label.padEnd(10), note: '' });
  }

  set(value, note, total) {
    if (total > 0) this.#bar.setTotal(total);
    this.#bar.update(value, { note });
  }

  say(label, text) {
    const line = `  ${dim(label.padEnd(10))} ${text}\n`;
    if (process.stdout.isTTY) this.#bars.log(line);
    else process.stdout.write(line);
  }

  stop() {
    this.#bars.update();
    this.#bars.stop();
  }
}
