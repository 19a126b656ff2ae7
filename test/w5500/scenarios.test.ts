// What can go wrong, a row for each: every call settles once, with the right error; afterwards all sockets are free,
// and the next request works.
import { describeOnNode } from './onNode';
import { bringUpRows } from './scenarios/bringUp';
import { busRows } from './scenarios/bus';
import { cableRows } from './scenarios/cable';
import { connectingRows } from './scenarios/connecting';
import { dhcpRows, leaseRows } from './scenarios/dhcp';
import { dnsRows } from './scenarios/dns';
import { endRows } from './scenarios/ends';
import { flowRows } from './scenarios/flow';
import { sendingRows } from './scenarios/sending';

describe('bring-up', () => describeOnNode(bringUpRows));
describe('connecting', () => describeOnNode(connectingRows));
describe('the end', () => describeOnNode(endRows));
describe('the cable', () => describeOnNode(cableRows));
describe('sending', () => describeOnNode(sendingRows));
describe('the bus', () => describeOnNode(busRows));
describe('DHCP', () => describeOnNode(dhcpRows));
describe('the lease', () => describeOnNode(leaseRows));
describe('DNS', () => describeOnNode(dnsRows));
describe('bytes in both directions', () => describeOnNode(flowRows));
