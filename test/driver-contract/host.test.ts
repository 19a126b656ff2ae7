import { driver } from '../../drivers/host';
import { describeDriver } from './describeDriver';

it('finds no address where there is no name', () =>
  expect(driver.gethostbyname('')).rejects.toMatchObject({ code: 'ENOTFOUND', phase: 'dns' }));

describeDriver('host', () => ({ driver, name: 'localhost', noName: 'no-such-name.invalid' }));
