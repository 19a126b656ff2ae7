// DHCP, DNS, datagrams and plain transfers in the interpreter.
import { dhcpRows, leaseRows } from '../scenarios/dhcp';
import { dnsRows } from '../scenarios/dns';
import { flowRows, udpRows } from '../scenarios/flow';
import { describeOnEngines } from './onEngines';

describeOnEngines('DHCP', dhcpRows);
describeOnEngines('the lease', leaseRows);
describeOnEngines('DNS', dnsRows);
describeOnEngines('bytes in both directions', flowRows);
describeOnEngines('datagrams', udpRows);
