/** What a client may cost. Each limit has a rule for what happens above it, and a counter (`gateway/counters.ts`). */
export type Limits = {
  /** Largest packet, header included. Above it: DISCONNECT 0x95 and close. */
  readonly packetBytesMax: number;
  /**
   * Publishes of one connection that are not yet acknowledged; MQTT 5 clients receive it (Receive Maximum). Above it the connection is
   * paused while acknowledgements wait for Kafka: MQTT.js ignores Receive Maximum, and it helps nobody to disconnect a monitor because
   * Kafka is slow. If no acknowledgement is waiting, but the client has not released its QoS 2 messages, it breaks the protocol
   * [MQTT-3.3.4-7]: DISCONNECT 0x93.
   */
  readonly inFlightMax: number;
  /** QoS 2 messages of one session that the client has not released. Above it: DISCONNECT 0x93. */
  readonly exchangesMax: number;
  /** Bytes that all connections' unacknowledged publishes hold. Above it every connection is paused before its next PUBLISH. */
  readonly unackedBytesMax: number;
  /**
   * What one device may send per second, over all its connections: bytes of MQTT packets, and packets. It may send two seconds' worth at
   * once. Above it, its connections are not read until there is room.
   */
  readonly deviceBytesPerS: number;
  readonly deviceMessagesPerS: number;
  /** Part of `unackedBytesMax` that QoS 0 may use. Above it a QoS 0 publish is dropped and counted. */
  readonly qos0BytesMax: number;
  /** Bytes of incomplete packets, of all connections. Above it the largest one is ended: DISCONNECT 0x97. */
  readonly partialBytesMax: number;
  /** Connections at once, TLS handshakes included. Above it a new one is closed before its handshake. */
  readonly connectionsMax: number;
  /** Of one device, by client ids that begin with its name. Above it: CONNACK 0x97, unless the new one replaces another. */
  readonly connectionsPerDeviceMax: number;
  /** Connections that may begin their TLS handshake per second. Above it they wait; addresses take turns. */
  readonly connectsPerS: number;
  /** Connections that may wait for that. Above it the newest one of the address with the most is closed. */
  readonly connectsWaitingMax: number;
  /** Longest time from being let in to the end of the TLS handshake, and from there to CONNECT. After it: close. */
  readonly connectMs: number;
  /** Longest time from the first byte of a packet to its last, while we read. After it: close. */
  readonly packetMs: number;
  /** Longest Keep Alive, s. It applies to clients that ask for more or for none. */
  readonly keepAliveMaxS: number;
  /** Longest life of a session without connection. */
  readonly sessionExpiryMaxMs: number;
  /** Sessions at once, with and without connection. Above it the one that has been without connection for longest ends. */
  readonly sessionsMax: number;
  /** Topic aliases for each connection [MQTT-3.3.2-9]. Above it: DISCONNECT 0x94. */
  readonly topicAliasMax: number;
  /** Length of a topic with an alias: it is kept as long as the connection. Above it: DISCONNECT 0x97. */
  readonly aliasedTopicLengthMax: number;
  /** Payload of a will: it is kept as long as the session. Above it: CONNACK 0x97. */
  readonly willBytesMax: number;
  /**
   * Bytes written to a client that does not read them. Above it the connection is paused, and inbox messages are left out. If this lasts
   * longer than the client's keep-alive: close.
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

/** Returns how many bytes of `unackedBytesMax` a publish uses: its packet, the sealed record (4/3 and a header), and our own objects. */
export function publishMemoryBytes(packetBytes: number): number {
  return 3 * packetBytes + 1024;
}
