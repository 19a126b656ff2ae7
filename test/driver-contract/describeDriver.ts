// The driver contract under jest.
import type { Bytes, NetDriver } from '../../src/net/driver';
import { freePort } from '../servers/installed';
import { ContractPeer } from './peer';
import { cases, runCase } from './suite';
import type { Env } from './suite';

/** What a driver brings along: itself, and what is special about its network. */
export type Subject = { driver: NetDriver } & Partial<Omit<Env, 'driver' | 'toStr' | 'toBytes'>>;

/**
 * Runs every case of the contract against a driver. `make` is told the peer's port, for drivers that reach it in a
 * way of their own; `close` takes down what it made.
 */
export function describeDriver(
  name: string,
  make: (port: number) => Subject | Promise<Subject>,
  close?: () => void | Promise<void>,
): void {
  describe('the driver contract: ' + name, () => {
    let peer: ContractPeer;
    let env: Env;

    beforeAll(async () => {
      peer = await ContractPeer.start();
      env = {
        host: '127.0.0.1',
        port: peer.port,
        closedPort: await freePort(),
        toStr: (bytes: Bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1')),
        toBytes: (text) => new Uint8Array(Buffer.from(text, 'latin1')),
        ...(await make(peer.port)),
      };
    });
    afterAll(async () => {
      if (close) await close();
      await peer.stop();
    });

    it.each(cases)('$name', async (one) => {
      const excuse = one.skip && one.skip(env);
      if (excuse) return;
      const complaint = await new Promise<string>((over) => runCase(one, env, over));
      expect(complaint).toBe('');
    });
  });
}
