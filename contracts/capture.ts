/**
 * Captures: the inputs of one patient's engine, one input per line (NDJSON), in the order of receipt. `ops/capture/` writes them from
 * the log and `processors/replay/` judges them. docs/developer.md describes the format.
 */

/** The association of the first patient in every capture. Alarm ids are made from it. */
export const captureAssociationId = 'capture-association';
