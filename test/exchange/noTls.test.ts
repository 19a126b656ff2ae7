// A driver without TLS says so, and does not send the caller after `verify: false`, which would not help. What else is
// known before there is a socket.
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
      code: ctx ? 'ENOTLS' : 'ETLSUNVERIFIED',
      phase: 'tls',
      message: 'plain has no TLS',
      retryable: false,
    });
  // the default driver has a name as well
  netdriver.use('plain');
  await expect(requests.get('https://127.0.0.1/')).rejects.toMatchObject({ message: 'plain has no TLS' });
  netdriver.use('host');
  netdriver.unregister('plain');
  expect(asked).toBe(0);
});

it('a driver that cannot verify is not asked to connect, unless the caller does not want it to', async () => {
  const host = netdriver.get('host');
  let asked = 0;
  netdriver.register({
    ...host,
    name: 'blind',
    capabilities: { ...host.capabilities, verify: false },
    connect: () => {
      asked++;
      throw Object.assign(new Error('reached'), { code: 'ECONNREFUSED' });
    },
  });
  for (const ctx of [undefined, {}, { verify: true }])
    await expect(requests.get('https://127.0.0.1/', { driver: 'blind', ctx })).rejects.toMatchObject({
      name: 'HTTPConnectionError',
      code: 'ETLSUNVERIFIED',
      phase: 'tls',
      message: 'blind cannot verify TLS, see ctx: {verify: false}',
      retryable: false,
    });
  expect(asked).toBe(0);
  const call = requests.get('https://127.0.0.1/', { driver: 'blind', ctx: { verify: false } });
  await expect(call).rejects.toMatchObject({ code: 'ECONNREFUSED', phase: 'connect', retryable: true });
  netdriver.unregister('blind');
});

it('a driver that is not there, or refuses the address, is not worth another try', async () => {
  const call = requests.get('http://127.0.0.1/', { driver: 'missing' });
  await expect(call).rejects.toMatchObject({ name: 'HTTPConnectionError', code: 'ENODRIVER', retryable: false });
  const host = netdriver.get('host');
  const connect = () => {
    throw Object.assign(new Error('bad'), { code: 'EINVAL' });
  };
  netdriver.register({ ...host, name: 'picky', connect });
  const other = requests.get('http://127.0.0.1/', { driver: 'picky' });
  await expect(other).rejects.toMatchObject({ name: 'HTTPConnectionError', code: 'EINVAL', retryable: false });
  netdriver.unregister('picky');
});
