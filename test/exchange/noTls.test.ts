// A driver without TLS says so, and does not send the caller after `verify: false`, which would not help.
import * as netdriver from '../../src/net/registry';
import * as requests from '../../src/node/index';

it('a driver without TLS is not asked to connect', async () => {
  const host = netdriver.get('host');
  let asked = 0;
  netdriver.register({
    ...host,
    name: 'plain',
    capabilities: { ...host.capabilities, tls: false, verify: false },
    connect: () => {
      asked++;
      throw new Error('not reached');
    },
  });
  for (const ctx of [undefined, { verify: false }])
    await expect(requests.get('https://127.0.0.1/', { driver: 'plain', ctx })).rejects.toMatchObject({
      name: 'HTTPConnectionError',
      code: 'ENOTLS',
      phase: 'tls',
      message: 'plain has no TLS',
      retryable: false,
    });
  netdriver.unregister('plain');
  expect(asked).toBe(0);
});
