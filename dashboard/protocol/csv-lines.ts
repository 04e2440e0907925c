/**
 * Maximum number of lines of a CSV text of assignments, with its header. The audit trail gets one record for each
 * assignment.
 */
export const csvLinesMax = 101;
