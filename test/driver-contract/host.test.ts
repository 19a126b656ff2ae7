import { driver } from '../../drivers/host';
import { describeDriver } from './describeDriver';

describeDriver('host', () => ({ driver, name: 'localhost', noName: 'no-such-name.invalid' }));
