// The driver contract for any test runner: rows with a name and a function. Runs under Node, and brings the peer that
// the driver has to reach.
import type { Bytes } from '../../src/net/driver';
import { ContractPeer } from './peer';
import { cases, runCase } from './suite';
import type { Case, Env } from './suite';

export { ContractPeer };

/** A driver, linked, and what is special about its network. */
export type Subject = Pick<Env, 'driver' | 'name' | 'noName' | 'resetIsEnd' | 'link'> & {
  /** the address at which the driver finds this computer. Default: 127.0.0.1 */
  host?: string;
  /** how long a row may take, in ms. Default: 10000 */
  timeoutMs?: number;
};

export interface Row {
  name: string;
  /** Rejects with what went wrong. Resolves with '', or with the reason why this driver is excused. */
  run(): Promise<string>;
}

const toStr = (bytes: Bytes): string => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1'));
const toBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** Everything that a driver promises, row by row, in any order. The function, if it is one, is asked at each row. */
export function driverContract(subject: Subject | (() => Subject | Promise<Subject>)): Row[] {
  return cases.map((one) => ({
    name: one.name,
    run: async () => runRow(one, typeof subject === 'function' ? await subject() : subject),
  }));
}

async function runRow(one: Case, { timeoutMs = 10000, ...subject }: Subject): Promise<string> {
  const peer = await ContractPeer.start(subject.host && '0.0.0.0');
  const closed = await ContractPeer.start();
  const closedPort = closed.port;
  await closed.stop();
  const env: Env = { host: '127.0.0.1', ...subject, port: peer.port, closedPort, toStr, toBytes };
  const reason = one.skip && one.skip(env);
  let timer: NodeJS.Timeout | undefined;
  const [complaint, excuse] = await new Promise<[string, string?]>((over) => {
    if (reason) return over(['', reason]);
    timer = setTimeout(over, timeoutMs, [`it did not end within ${timeoutMs} ms`]);
    runCase(one, env, (...told) => over(told));
  });
  clearTimeout(timer);
  await peer.stop();
  if (complaint) throw new Error(complaint);
  return excuse || '';
}
