// The driver contract under jest.
import { driverContract } from './index';
import type { Subject } from './index';

/** Runs every case of the contract against the driver that `make` gives; `close` takes down what it made. */
export function describeDriver(
  name: string,
  make: () => Subject | Promise<Subject>,
  close?: () => void | Promise<void>,
): void {
  describe('the driver contract: ' + name, () => {
    let subject: Subject;

    beforeAll(async () => {
      subject = await make();
    });
    afterAll(async () => {
      if (close) await close();
    });

    it.each(driverContract(() => ({ timeoutMs: 100000, ...subject })))('$name', async ({ run }) => {
      await run();
    });
  });
}
