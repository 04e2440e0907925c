/** A client that nobody here wrote, as the tests drive it. */

export type ForeignWill = { readonly topic: string; readonly payload: string; readonly qos: 0 | 1 | 2 };

export type ForeignOptions = {
  readonly clientId: string;
  readonly version: 4 | 5;
  readonly clean?: boolean;
  /** MQTT 5: Session Expiry Interval. */
  readonly expiryS?: number;
  readonly will?: ForeignWill;
};

/** Reason code of an acknowledgement; 0 in MQTT 3.1.1. Undefined at QoS 0, which has none. */
export type Acknowledgement = number | undefined;

export type ForeignConnection = {
  /** Undefined where the client does not tell. */
  readonly sessionPresent: boolean | undefined;
  /** Publishes all at once, as fast as the client likes; resolves when each is acknowledged, in the order given. */
  publish(topic: string, payloads: readonly string[], qos: 0 | 1 | 2): Promise<readonly Acknowledgement[]>;
  /** The code of SUBACK. */
  subscribe(filter: string): Promise<number>;
  /** The next message that came. */
  message(): Promise<{ readonly topic: string; readonly payload: string }>;
  /** Resolves when the server ended the connection, with its reason code where it told one. */
  readonly ended: Promise<number | undefined>;
  /** Ends without a word, as a device whose power was cut. */
  abandon(): Promise<void>;
  close(): Promise<void>;
};

export type ForeignClient = {
  connect(options: ForeignOptions): Promise<ForeignConnection>;
  close(): Promise<void>;
};

/** What a client needs to reach the gateway: certificates are `<certsDir>/devices/<device id>.pem` and `.key`. */
export type Reach = {
  readonly port: number;
  readonly certsDir: string;
  readonly softwareDir: string;
};

/** Messages that came and wait to be asked for, and askers that wait for a message. */
export function createMailbox<T>() {
  const came: T[] = [];
  const waiting: ((value: T) => void)[] = [];
  return {
    put(value: T) {
      const waiter = waiting.shift();
      if (waiter) waiter(value);
      else came.push(value);
    },
    take(): Promise<T> {
      const value = came.shift();
      return value === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(value);
    },
  };
}
