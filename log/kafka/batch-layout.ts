/**
 * Positions of the fields in a batch of records as Kafka stores and sends it (record batch, magic 2): first offset (8
 * bytes), length (4), leader epoch (4), magic (1), checksum (4), and then the bytes that the checksum covers.
 */
export const lengthAt = 8;
/** The length counts the bytes from here to the end of the batch. */
export const afterLengthAt = 12;
export const magicAt = 16;
export const checksumAt = 17;
export const checksumCoversFrom = 21;
export const lastDeltaAt = 23;
/** Number of bytes of a batch before its records. */
export const batchHeaderBytes = 61;
