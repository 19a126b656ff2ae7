// Prints rows as they are measured: figure, bar, value, and whether it holds.
const WIDTHS = [52, 8, 10];

const shown = (value) =>
  value === undefined ? '-' : Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(2);

export class Table {
  #over = 0;

  section(title) {
    console.log(`\n${title}`);
    console.log(`  ${'figure'.padEnd(WIDTHS[0])}${'bar'.padStart(WIDTHS[1])}${'measured'.padStart(WIDTHS[2])}`);
  }

  row(name, bar, value, note = '') {
    const over = bar !== undefined && value > bar;
    if (over) this.#over++;
    const verdict = bar === undefined ? '' : over ? 'OVER' : 'ok';
    const cells = [name.padEnd(WIDTHS[0]), shown(bar).padStart(WIDTHS[1]), shown(value).padStart(WIDTHS[2])];
    console.log(`  ${cells.join('')}  ${verdict.padEnd(4)}  ${note}`.trimEnd());
  }

  /** `measure` gives a value, or a value and a note; where something is missing, the row says what. */
  async measured(name, bar, missing, measure) {
    try {
      if (missing) throw new Error(missing);
      const [value, note] = [].concat(await measure());
      this.row(name, bar, value, note);
    } catch (e) {
      const cells = [name.padEnd(WIDTHS[0]), shown(bar).padStart(WIDTHS[1])];
      console.log(`  ${cells.join('')}    not measured: ${e.message}`);
    }
  }

  end(note) {
    console.log(`\n${note ? `${note}\n` : ''}${this.#over ? `${this.#over} over the bar` : 'nothing over the bar'}\n`);
  }
}
