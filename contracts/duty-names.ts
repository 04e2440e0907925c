/** The duties of a ward. This file imports nothing, to keep the schemas out of the browser's bundle. */

/** What a person is responsible for. `nurse` and `buddy` name their beds; the other duties are for the whole ward. */
export const duties = ['nurse', 'buddy', 'charge-nurse', 'physician', 'technician'] as const;

/** The duties that a role may have, by role. */
export const dutiesOfRole = {
  nurse: ['nurse', 'buddy', 'charge-nurse'],
  physician: ['physician'],
  technician: ['technician'],
  auditor: [],
  administrator: [],
  display: [],
} as const satisfies Readonly<Record<string, readonly (typeof duties)[number][]>>;
