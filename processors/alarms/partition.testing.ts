/** For tests of a partition: one patient, and a log that holds nothing yet. */
import type { AssociationInput } from './core/inputs.ts';
import type { Restored } from './partition.ts';

export const key = 'association-1';
export const adult: AssociationInput = { type: 'association', category: 'adult', ward: 'ICU', endedAt: null };
export const nothing: Restored = {
  states: [],
  told: [],
  inForce: [],
  toldFrom: 0n,
  commands: [],
  position: { observations: 0n, commands: 0n },
  replayTo: 0n,
};
