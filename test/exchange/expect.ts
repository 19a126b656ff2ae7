// What tests say about errors and promises.
import * as requests from '../../src/node/index';

export interface WantedError {
  type: 'HTTPConnectionError' | 'HTTPResponseError' | 'IOError' | 'TypeError';
  code?: string;
  phase?: string | string[];
  retryable?: boolean;
}

/** Waits for a rejection that is all the contract says of errors, and gives it. */
export async function refused(promise: Promise<unknown>, want: WantedError): Promise<any> {
  let error: any;
  try {
    const r: any = await promise;
    throw new Error('wanted ' + want.type + ', got an answer ' + (r && r.status));
  } catch (e) {
    error = e;
  }
  const type: any = want.type === 'TypeError' ? TypeError : (requests as any)[want.type];
  if (!(error instanceof type)) throw error;
  expect(error.name).toBe(want.type);
  expect(error instanceof requests.HTTPError).toBe(/^HTTP/.test(want.type));
  expect(error.code).toMatch(/^[A-Z][A-Z0-9_]+$/);
  expect(error.message).toEqual(expect.stringMatching(/\S/));
  expect(typeof error.retryable).toBe('boolean');
  expect(['url', 'dns', 'connect', 'tls', 'send', 'headers', 'body']).toContain(error.phase);
  if (want.code) expect(error.code).toBe(want.code);
  if (want.phase) expect([want.phase].flat()).toContain(error.phase);
  if (want.retryable !== undefined) expect(error.retryable).toBe(want.retryable);
  return error;
}

/** Watches a promise: how often it settled, and how. */
export function watch(promise: Promise<any>): { settled: number; value?: any; error?: any } {
  const seen: { settled: number; value?: any; error?: any } = { settled: 0 };
  promise.then(
    (value) => {
      seen.settled++;
      seen.value = value;
    },
    (error) => {
      seen.settled++;
      seen.error = error;
    },
  );
  return seen;
}

/** Lets everything happen that is due. */
export async function turns(n = 5): Promise<void> {
  for (let i = 0; i < n; i++) await new Promise((go) => setImmediate(go));
}

/** The same bytes every time. */
export function noise(n: number, seed = 1): Buffer {
  const out = Buffer.allocUnsafe(n);
  let x = seed;
  for (let i = 0; i < n; i++) {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    out[i] = x >> 16;
  }
  return out;
}
