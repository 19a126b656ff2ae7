// The public page under Node: the host's own network is there from the start, as the default.
import { driver } from '../../drivers/host';
import { register } from '../net/registry';

export * from '../index';

register(driver);
