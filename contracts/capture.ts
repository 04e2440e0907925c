/**
 * Captures: what one patient's engine was fed, one input a line (NDJSON), in the order of receipt. `ops/capture/` writes them from the
 * log, `processors/replay/` judges them. The format is in docs/developer.md.
 */

/** The association of the first patient of a capture, wherever it comes from: alarm ids are made of it. */
export const captureAssociationId = 'capture-association';
