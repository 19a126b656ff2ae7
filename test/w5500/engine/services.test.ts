// DHCP, DNS and plain transfers in the interpreter.
import { dhcpRows, leaseRows } from '../scenarios/dhcp';
import { dnsRows } from '../scenarios/dns';
import { flowRows } from '../scenarios/flow';
import { describeOnEngines } from './onEngines';

describeOnEngines('DHCP', dhcpRows);
describeOnEngines('the lease', leaseRows);
describeOnEngines('DNS', dnsRows);
describeOnEngines('bytes in both directions', flowRows);
