/** Test data for a partition: one patient, and a restore from an empty log. */
import type { AssociationInput } from './core/inputs.ts';
import type { Restored } from './partition-state.ts';

export const key = 'association-1';
export const adult: AssociationInput = { type: 'association', category: 'adult', ward: 'ICU', endedAt: null };
export const emptyRestored: Restored = {
  states: [],
  publishedEvents: [],
  publishedInForce: [],
  publishedAnswers: [],
  unreadable: [],
  publishedFrom: 0n,
  commands: [],
  position: { observations: 0n, commands: 0n },
  replayTo: 0n,
};
