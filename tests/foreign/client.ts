/** Common interface of the MQTT clients of other projects. */

export type ForeignWill = { readonly topic: string; readonly payload: string; readonly qos: 0 | 1 | 2 };

export type ForeignOptions = {
  readonly clientId: string;
  readonly version: 4 | 5;
  readonly clean?: boolean;
  /** Session Expiry Interval of MQTT 5, in seconds. */
  readonly expiryS?: number;
  readonly will?: ForeignWill;
};

/** Reason code of an acknowledgement. Always 0 with MQTT 3.1.1; undefined with QoS 0, which has no acknowledgement. */
export type Acknowledgement = number | undefined;

export type ForeignConnection = {
  /** Whether the gateway had a session of this client; undefined if the client does not report it. */
  readonly sessionPresent: boolean | undefined;
  /**
   * Publishes all payloads without waiting between them. Returns all acknowledgements, in the order of the payloads.
   */
  publish(topic: string, payloads: readonly string[], qos: 0 | 1 | 2): Promise<readonly Acknowledgement[]>;
  /** Subscribes and returns the reason code of the SUBACK. */
  subscribe(filter: string): Promise<number>;
  /** Returns the next message, or waits for it. */
  message(): Promise<{ readonly topic: string; readonly payload: string }>;
  /** Resolves when the server has ended the connection, with the reason code if the server sent one. */
  readonly ended: Promise<number | undefined>;
  /** Ends the connection without DISCONNECT, as a device without power does. */
  abandon(): Promise<void>;
  close(): Promise<void>;
};

export type ForeignClient = {
  connect(options: ForeignOptions): Promise<ForeignConnection>;
  close(): Promise<void>;
};

/**
 * Data that a client needs to connect to the gateway. A device's certificate is in `<certsDir>/devices/<device id>.pem`
 * and `.key`.
 */
export type GatewayAccess = {
  readonly port: number;
  readonly certsDir: string;
  readonly softwareDir: string;
};

/** Creates a queue in which messages wait for calls of `take`, and calls of `take` wait for messages. */
export function createMailbox<T>() {
  const messages: T[] = [];
  const takers: ((value: T) => void)[] = [];
  return {
    put(value: T) {
      const taker = takers.shift();
      if (taker) taker(value);
      else messages.push(value);
    },
    take(): Promise<T> {
      const value = messages.shift();
      return value === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(value);
    },
  };
}
