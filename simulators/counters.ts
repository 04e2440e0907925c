/** What a fleet of devices counts; each number only grows. */
export type Counters = {
  /** Connections that the gateway accepted. */
  connects: number;
  /** Measured messages, without deliberate repeats and garbage. */
  measured: number;
  /** Messages sent for the first time. */
  published: number;
  acknowledged: number;
  /** Messages that were sent again, because a connection broke before their acknowledgement. */
  resent: number;
  /** Deliberate repeats of the scenario. */
  repeated: number;
  /** Readings to which the gateway answered with an error code. */
  refused: number;
  /** Messages that were measured and lost, because a device's memory was full. */
  dropped: number;
  garbage: number;
  garbageRefused: number;
  inbox: number;
  inboxInvalid: number;
  /** How many times a bedside alarmed by itself: unwatched, or the inbox silent. */
  localAlarms: number;
};

export function newCounters(): Counters {
  return {
    connects: 0,
    measured: 0,
    published: 0,
    acknowledged: 0,
    resent: 0,
    repeated: 0,
    refused: 0,
    dropped: 0,
    garbage: 0,
    garbageRefused: 0,
    inbox: 0,
    inboxInvalid: 0,
    localAlarms: 0,
  };
}
