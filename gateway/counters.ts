/** What the gateway counts, by name; one line of it goes to the log each minute. */
export const counterNames = [
  'connectionsAccepted',
  'connectionsRefused',
  'connectionsDropped',
  'connectionsEnded',
  'connectTimeouts',
  'packetTimeouts',
  'keepAliveTimeouts',
  'takeOvers',
  'violations',
  'certificatesRevoked',
  'certificatesExpired',
  'crlLoaded',
  'crlRefused',
  'crlStale',
  'packetsTooLarge',
  'receiveMaximumExceeded',
  'pausedInFlight',
  'pausedUnacked',
  'pausedOutgoing',
  'publishes',
  'appended',
  'appendedInPart',
  'rejected',
  'appendFailures',
  'qos2Repeats',
  'acknowledged',
  'subscriptionsRefused',
  'inboxSent',
  'inboxLeftOut',
  'sessionsEvicted',
  'noticesRetried',
  'noticesDropped',
  'upstreamConnects',
  'upstreamSessionsLost',
  'upstreamMessages',
  'upstreamAcknowledged',
  'upstreamUnacknowledged',
  'upstreamRetained',
  'upstreamPaused',
] as const;
export type CounterName = (typeof counterNames)[number];
export type Counters = Record<CounterName, number>;

export function createCounters(): Counters {
  return Object.fromEntries(counterNames.map((name) => [name, 0])) as Counters;
}
