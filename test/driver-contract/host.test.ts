import { driver } from '../../drivers/host';
import type { Receiver } from '../../src/net/driver';
import { describeDriver } from './describeDriver';

const to = (more: object) => () =>
  driver.connect({ host: '127.0.0.1', port: 1, ...more }, { onClose: () => {} } as unknown as Receiver).close();

it.each(['', undefined, null, 5])('finds no address where there is no name: %p', async (host: any) => {
  const wanted = { code: 'ENOTFOUND', phase: 'dns' };
  await expect(driver.gethostbyname(host)).rejects.toMatchObject(wanted);
  expect(to({ host })).toThrow(expect.objectContaining(wanted));
});

it.each([0, -1, 65536, 1.5, NaN, undefined, '80x'])('refuses port %p', (port) =>
  expect(to({ port })).toThrow(expect.objectContaining({ code: 'EINVAL', phase: 'connect' })),
);

it.each([{ ca: null }, { ca: {} }, { cert: 'junk' }, { key: 'junk' }, { key: 5 }])(
  'says what TLS cannot be set up with: %j',
  (tls) => expect(to({ tls })).toThrow(expect.objectContaining({ code: 'ETLS', phase: 'tls' })),
);

it('is still looking up while a name that is too long is not found', async () => {
  const error = await new Promise((onClose) =>
    driver.connect({ host: 'x'.repeat(300), port: 1 }, { onClose } as unknown as Receiver),
  );
  expect(error).toMatchObject({ phase: 'dns' });
});

describeDriver('host', () => ({ driver, name: 'localhost', noName: 'no-such-name.invalid', link: {} }));
