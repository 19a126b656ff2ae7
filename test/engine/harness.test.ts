import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEngines, isSmall, runIn } from './harness';

describeEngines('the harness', (engine) => {
  it('gives the output alone', async () => {
    const { stdout, status, failed } = await runIn(engine, 'print("a");\nsetTimeout(function () { print("b>"); }, 5);');
    expect({ stdout, status, failed }).toEqual({ stdout: 'a\nb>\n', status: 0, failed: false });
  });

  it('keeps bytes as they are, and empty lines', async () => {
    const { stdout } = await runIn(engine, 'print("");\nprint("\\xe9\\x80");\nprint("");');
    expect(stdout).toBe('\n\xe9\x80\n\n');
  });

  it.each([
    ['at the top', 'nowhere();'],
    ['later', 'setTimeout(function () { nowhere(); }, 1);'],
    ['of a promise', 'Promise.reject(new Error("x"));'],
    ['of syntax', 'var = 1;'],
  ])('sees an uncaught error %s', async (_, source) => {
    const { failed, stdout } = await runIn(engine, source);
    expect(failed).toBe(true);
    expect(stdout).toMatch(/Uncaught/);
  });

  it('stops what does not end', async () => {
    const { timedOut, status } = await runIn(engine, 'setInterval(function () {}, 1000);', { timeoutMs: 300 });
    expect({ timedOut, status }).toEqual({ timedOut: true, status: -1 });
  });

  it('tells how much memory there is, whatever the name of the interpreter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'named-'));
    const other = join(folder, isSmall(engine) ? 'espruino' : 'espruino-small');
    symlinkSync(engine, other);
    const same = isSmall(other) === isSmall(engine);
    // more than a build of 4095 variables has
    const { failed } = await runIn(other, 'var a = []; for (var i = 0; i < 9000; i++) a.push(new Error());');
    rmSync(folder, { recursive: true });
    expect({ same, failed }).toEqual({ same: true, failed: isSmall(engine) });
  });
});
