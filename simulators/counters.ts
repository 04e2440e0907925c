/** The counters of a fleet of devices. A counter never decreases. */
export type Counters = {
  /** Connections that the gateway accepted. */
  connects: number;
  /** Measured messages, without intended repeats and garbage. */
  measured: number;
  /** Messages that were sent for the first time. Repeats do not count. */
  published: number;
  acknowledged: number;
  /** Messages that were sent again because the connection broke before the acknowledgement came. */
  resent: number;
  /** Repeats that the scenario intends. */
  repeated: number;
  /** Messages, without garbage, that the gateway refused with a reason code. */
  refused: number;
  /** Measured messages that were lost because a device's memory was full or its process was stopped. */
  dropped: number;
  garbage: number;
  garbageRefused: number;
  inbox: number;
  inboxInvalid: number;
  /** Number of alarms that devices raised at the bedside because they were unwatched or their inbox was silent. */
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
