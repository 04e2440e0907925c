/**
 * The limits of the listener. The comment at each limit says what happens above the limit. `gateway/counters.ts` counts
 * how often a limit is hit. Three limits are not counted: `keepAliveMaxS` and `sessionExpiryMaxMs` shorten what a
 * client asks for, and `Measures.admissionMs` shows the waits of `connectsPerS`.
 */
export type Limits = {
  /** Maximum size of a packet with its header, bytes. A larger packet ends the connection with DISCONNECT 0x95. */
  readonly packetBytesMax: number;
  /**
   * Maximum number of unacknowledged publishes of one connection. MQTT 5 clients get this number as Receive Maximum.
   * Above this number, while acknowledgements wait for Kafka, the connection is paused and not ended: a monitor must
   * stay connected when Kafka is slow, and MQTT.js ignores Receive Maximum. If no acknowledgement waits, the client has
   * too many open QoS 2 messages. This breaks the protocol [MQTT-3.3.4-7], so the connection is ended with DISCONNECT
   * 0x93.
   */
  readonly inFlightMax: number;
  /**
   * Maximum number of unreleased QoS 2 messages of one session. Above this number the connection is ended with
   * DISCONNECT 0x93.
   */
  readonly exchangesMax: number;
  /**
   * Maximum memory of all unacknowledged publishes, bytes. Above this limit every connection is paused before its next
   * PUBLISH.
   */
  readonly unackedBytesMax: number;
  /**
   * Bytes of MQTT packets that one device may send per second, over all its connections. The device may send the bytes
   * of two seconds at once. Above this rate, the connections of the device are not read until the device may send
   * again.
   */
  readonly deviceBytesPerS: number;
  /** MQTT packets that one device may send per second. The same rules apply as for `deviceBytesPerS`. */
  readonly deviceMessagesPerS: number;
  /**
   * Memory that all QoS 0 publishes may use, bytes: a part of `unackedBytesMax`. Above this limit a QoS 0 publish is
   * dropped and counted.
   */
  readonly qos0BytesMax: number;
  /**
   * Maximum number of bytes of the incomplete packets of all connections. Above this limit the connection with the
   * largest incomplete packet is ended with DISCONNECT 0x97.
   */
  readonly partialBytesMax: number;
  /**
   * Maximum number of connections at the same time, including TLS handshakes. Above this number a new connection is
   * closed before its handshake.
   */
  readonly connectionsMax: number;
  /**
   * Maximum number of connections of one device. Above this number a connection that replaces no older connection is
   * refused with CONNACK 0x97.
   */
  readonly connectionsPerDeviceMax: number;
  /**
   * Number of TLS handshakes that may begin per second. Above this number the connections wait, and the addresses take
   * turns.
   */
  readonly connectsPerS: number;
  /**
   * Maximum number of connections that wait for their handshake. Above this number the address with the most waiting
   * connections loses its newest connection.
   */
  readonly connectsWaitingMax: number;
  /**
   * Longest time for a TLS handshake, and also the longest time from the end of the handshake to CONNECT, ms. When one
   * of the two times is over, the connection is closed.
   */
  readonly connectMs: number;
  /**
   * Longest time from the first byte of a packet to its last byte, without pauses of the gateway. After this time the
   * connection is closed.
   */
  readonly packetMs: number;
  /** Longest Keep Alive, s. A client that asks for a longer Keep Alive or for none gets this Keep Alive. */
  readonly keepAliveMaxS: number;
  /** Longest time for which a session is kept without a connection. */
  readonly sessionExpiryMaxMs: number;
  /**
   * Maximum number of sessions at the same time, with and without a connection. Above this number the session that has
   * been without a connection for the longest time is ended.
   */
  readonly sessionsMax: number;
  /** Largest topic alias of a connection [MQTT-3.3.2-9]. A larger alias ends the connection with DISCONNECT 0x94. */
  readonly topicAliasMax: number;
  /**
   * Maximum length of a topic with an alias, because such a topic is kept. A longer topic ends the connection with
   * DISCONNECT 0x97.
   */
  readonly aliasedTopicLengthMax: number;
  /**
   * Maximum size of the payload of a will, bytes. The will is kept as long as the session. A larger will is refused
   * with CONNACK 0x97.
   */
  readonly willBytesMax: number;
  /**
   * Maximum number of bytes that were written to a client and that the client has not read yet. Above this number the
   * connection is paused and gets no inbox messages. If the pause is longer than one and a half times the client's Keep
   * Alive, the connection is closed.
   */
  readonly outgoingBytesMax: number;
};

export const defaultLimits: Limits = {
  packetBytesMax: 262_144,
  inFlightMax: 256,
  exchangesMax: 4096,
  unackedBytesMax: 67_108_864,
  deviceBytesPerS: 4_194_304,
  deviceMessagesPerS: 2_000,
  qos0BytesMax: 33_554_432,
  partialBytesMax: 16_777_216,
  connectionsMax: 12_000,
  connectionsPerDeviceMax: 64,
  connectsPerS: 200,
  connectsWaitingMax: 6_000,
  connectMs: 10_000,
  packetMs: 30_000,
  keepAliveMaxS: 300,
  sessionExpiryMaxMs: 3_600_000,
  sessionsMax: 24_000,
  topicAliasMax: 16,
  aliasedTopicLengthMax: 256,
  willBytesMax: 4_096,
  outgoingBytesMax: 65_536,
};

/**
 * Returns the estimated memory of a publish, bytes: its packet, its sealed record (4/3 of the packet and a header), and
 * objects.
 */
export function publishMemoryBytes(packetBytes: number): number {
  return 3 * packetBytes + 1024;
}
