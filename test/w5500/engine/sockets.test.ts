// The driver as its users have it, without requests, in the interpreter.
import { badInputRows, staticRows } from '../scenarios/badInput';
import { callbackRows } from '../scenarios/callbacks';
import { chipRows } from '../scenarios/chip';
import { closingRows } from '../scenarios/closing';
import { datagramRows } from '../scenarios/datagrams';
import { tcpRows } from '../scenarios/tcp';
import { udpRows } from '../scenarios/udp';
import { describeOnEngines } from './onEngines';

describeOnEngines('connections', tcpRows);
describeOnEngines('how connections end', closingRows);
describeOnEngines('datagrams', udpRows);
describeOnEngines('datagrams that get lost, or wait', datagramRows);
describeOnEngines('callbacks', callbackRows);
describeOnEngines('what the chip is told', chipRows);
describeOnEngines('bad input', badInputRows);
describeOnEngines('without DHCP and DNS', staticRows, 'w5500-static');
