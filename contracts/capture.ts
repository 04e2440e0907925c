/**
 * Captures: the inputs of one patient's engine, one input per line (NDJSON), in the order of receipt. `ops/capture/`
 * writes them from the log, and `processors/replay/` runs the alarm engine on them. docs/developer.md describes the
 * format.
 */

/**
 * The association id of the first patient in every capture, in place of the real id. Alarm ids depend on the
 * association id.
 */
export const captureAssociationId = 'capture-association';
