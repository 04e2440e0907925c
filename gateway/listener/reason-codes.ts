/** Reason codes that a client may send, by packet (MQTT 5, table 2-6 with 3.4.2.1, 3.5.2.1, 3.6.2.1, 3.7.2.1, 3.14.2.1, 3.15.2.1). */
const received: ReadonlySet<number> = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);
const released: ReadonlySet<number> = new Set([0x00, 0x92]);

/** By packet type; a packet type that has no reason code of a client is absent. */
export const clientReasonCodes: ReadonlyMap<number, ReadonlySet<number>> = new Map([
  [4, received],
  [5, received],
  [6, released],
  [7, released],
  // What only a server says (0x89, 0x8B …) is taken as well: the connection ends all the same.
  [14, new Set([0x00, 0x04, ...range(0x80, 0x83), 0x87, 0x89, 0x8b, ...range(0x8d, 0xa2).filter(isOfDisconnect)])],
  [15, new Set([0x00, 0x18, 0x19])],
]);

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function isOfDisconnect(code: number): boolean {
  return code !== 0x91 && code !== 0x92;
}
