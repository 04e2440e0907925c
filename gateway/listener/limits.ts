/** What a client may cost. Each limit has a rule for what happens at it, and a counter (`gateway/counters.ts`). */
export type Limits = {
  /** Largest packet, header included. Past it: DISCONNECT 0x95 and close. */
  readonly packetBytesMax: number;
  /**
   * Publishes of one connection that are not yet acknowledged; MQTT 5 is told (Receive Maximum). Past it the connection is paused
   * for as long as acknowledgements wait for Kafka: MQTT.js does not heed Receive Maximum, and to throw a monitor out because
   * Kafka is slow would help nobody. A client that has no acknowledgement to wait for, but has not released its QoS 2 messages, breaks
   * the protocol [MQTT-3.3.4-7]: DISCONNECT 0x93.
   */
  readonly inFlightMax: number;
  /** QoS 2 messages of one session that the client has not released. Past it: DISCONNECT 0x93. */
  readonly exchangesMax: number;
  /** Bytes that all connections' unacknowledged publishes hold. Past it every connection is paused before its next PUBLISH. */
  readonly unackedBytesMax: number;
  /**
   * What one device may send, over all its connections: bytes of MQTT packets, and packets, in a second; two seconds' worth at once. Past it
   * its connections are not read until there is room.
   */
  readonly deviceBytesPerS: number;
  readonly deviceMessagesPerS: number;
  /** Part of `unackedBytesMax` that QoS 0 may take. Past it a QoS 0 publish is dropped and counted. */
  readonly unpromisedBytesMax: number;
  /** Bytes of packets that have begun and not ended, of all connections. Past it the largest goes: DISCONNECT 0x97. */
  readonly partialBytesMax: number;
  /** Connections at once, TLS handshakes included. Past it a new one is closed before its handshake. */
  readonly connectionsMax: number;
  /** Of one device, by client ids that begin with its name. Past it: CONNACK 0x97, but for one that takes another's place. */
  readonly connectionsPerDeviceMax: number;
  /** Connections let in by the second, before their TLS handshake. Past it they wait, addresses in turn. */
  readonly connectsPerS: number;
  /** Connections that wait for that. Past it the newest of the address that has most is closed. */
  readonly connectsWaitingMax: number;
  /** From being let in to the end of the TLS handshake, and from there to CONNECT. Past it: close. */
  readonly connectMs: number;
  /** From the first byte of a packet to its last, while we read. Past it: close. */
  readonly packetMs: number;
  /** Longest Keep Alive, s. Clients that ask for more or for none are held to this. */
  readonly keepAliveMaxS: number;
  /** Longest life of a session without connection. */
  readonly sessionExpiryMaxMs: number;
  /** Sessions at once, with and without connection. Past it the one that is longest without connection ends. */
  readonly sessionsMax: number;
  /** Topic aliases by connection [MQTT-3.3.2-9]. Past it: DISCONNECT 0x94. */
  readonly topicAliasMax: number;
  /** Length of a topic that an alias stands for: it is kept as long as the connection. Past it: DISCONNECT 0x97. */
  readonly aliasedTopicLengthMax: number;
  /** Payload of a will: it is kept as long as the session. Past it: CONNACK 0x97. */
  readonly willBytesMax: number;
  /** Bytes written to a client that does not read them. Past it the connection is paused, and inbox messages are left out; if it lasts
   * longer than the client's keep-alive: close. */
  readonly outgoingBytesMax: number;
};

export const defaultLimits: Limits = {
  packetBytesMax: 262_144,
  inFlightMax: 256,
  exchangesMax: 4096,
  unackedBytesMax: 67_108_864,
  deviceBytesPerS: 4_194_304,
  deviceMessagesPerS: 2_000,
  unpromisedBytesMax: 33_554_432,
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

/** What a publish is counted with in `unackedBytesMax`: its packet, the sealed record (4/3 and a header), and our own objects. */
export function heldBytes(packetBytes: number): number {
  return 3 * packetBytes + 1024;
}
