// One folder for all that the tests write, which goes with the run, however that ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function () {
  const folder = mkdtempSync(join(tmpdir(), 'espruino-requests-test-'));
  // the workers begin after this, and inherit it
  process.env.TMPDIR = folder;
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  process.on('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => {
      remove();
      process.kill(process.pid, signal);
    });
}
