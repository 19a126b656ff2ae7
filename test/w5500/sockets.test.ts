// The driver as its users have it, without requests: sockets, callbacks, what it tells the chip, what it refuses.
import { create as createStatic } from '../../drivers/w5500/static';
import { describeOnNode } from './onNode';
import { badInputRows, staticRows } from './scenarios/badInput';
import { callbackRows } from './scenarios/callbacks';
import { chipRows } from './scenarios/chip';
import { closingRows } from './scenarios/closing';
import { datagramRows } from './scenarios/datagrams';
import { tcpRows } from './scenarios/tcp';
import { udpRows } from './scenarios/udp';

describe('connections', () => describeOnNode(tcpRows));
describe('how connections end', () => describeOnNode(closingRows));
describe('datagrams', () => describeOnNode(udpRows));
describe('datagrams that get lost, or wait', () => describeOnNode(datagramRows));
describe('callbacks', () => describeOnNode(callbackRows));
describe('what the chip is told', () => describeOnNode(chipRows));
describe('bad input', () => describeOnNode(badInputRows));
describe('without DHCP and DNS', () => describeOnNode(staticRows, createStatic));
