/** All faults that the tests of `explain` put into a calm story. */
import { bedFaults, processFaults } from './alarm-faults.ts';
import { channelFaults, dutyFaults, personFaults } from './calling-faults.ts';
import type { Fault } from './fault.ts';

export const faults: readonly Fault[] = [
  ...dutyFaults,
  ...channelFaults,
  ...personFaults,
  ...processFaults,
  ...bedFaults,
];
