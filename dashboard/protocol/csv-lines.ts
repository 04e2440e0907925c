/**
 * Maximum number of lines of a CSV text of assignments, with its header. The number is small, because each assignment
 * makes a record in the audit trail.
 */
export const csvLinesMax = 101;
