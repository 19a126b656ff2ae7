// The fault table in the interpreter.
import { bringUpRows } from '../scenarios/bringUp';
import { busRows } from '../scenarios/bus';
import { cableRows } from '../scenarios/cable';
import { connectingRows } from '../scenarios/connecting';
import { endRows } from '../scenarios/ends';
import { sendingRows } from '../scenarios/sending';
import { describeOnEngines } from './onEngines';

describeOnEngines('bring-up', bringUpRows);
describeOnEngines('connecting', connectingRows);
describeOnEngines('the end', endRows);
describeOnEngines('the cable', cableRows);
describeOnEngines('sending', sendingRows);
describeOnEngines('the bus', busRows);
