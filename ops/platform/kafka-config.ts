/** Writes the broker's configuration files as text. Pure. */
import { oneCopy, type Replication } from './copies.ts';

export type KafkaConfig = {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  /** Certificate and key of the broker in one PEM file. */
  readonly keystoreFile: string;
  readonly caFile: string;
  /**
   * Principals that may do everything: the brokers, and the administrator that creates topics and access control lists.
   */
  readonly superUsers: readonly string[];
  /** The broker runs for minutes only, for tests. A single broker then writes nothing while it is idle. */
  readonly shortLived?: boolean | undefined;
  readonly member?: ClusterMember | undefined;
};

/**
 * The settings of one node of a cluster. A broker without these settings is its own controller and has the only copy of
 * the data.
 */
export type ClusterMember = {
  readonly nodeId: number;
  readonly role: 'broker' | 'controller' | 'broker,controller';
  /** The id is the same for all nodes. `newClusterId` describes its form. */
  readonly clusterId: string;
  /** `id@host:port` of each controller. */
  readonly voters: readonly string[];
  readonly replication: Replication;
  /**
   * A second listener for clients, which advertises the port of a proxy. With the proxy, a test can cut connections.
   */
  readonly relayed?: { readonly port: number; readonly advertisedPort: number };
  /** Size of the JVM's heap, MiB. */
  readonly heapMb: number;
  /** Broker properties to add or to replace, for instance shorter timeouts. */
  readonly properties?: Readonly<Record<string, string | number>>;
};

/** Maximum size of a record batch that a topic accepts. */
export const messageBytesMax = 2 * 1024 * 1024;

/**
 * Returns the properties file of a broker that is its own controller (KRaft), or of one node of a cluster. All
 * listeners are on loopback and demand a client certificate. A client without an entry in the access control lists may
 * do nothing.
 */
export function brokerProperties(config: KafkaConfig): string {
  const { factor, inSyncMin } = config.member?.replication ?? oneCopy;
  const lines: Record<string, string | number> = {
    ...(config.member === undefined ? singleBrokerLines(config) : memberLines(config, config.member)),
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': config.dataDir,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': config.keystoreFile,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': config.caFile,
    'ssl.client.auth': 'required',
    'ssl.protocol': 'TLSv1.3',
    'ssl.enabled.protocols': 'TLSv1.3',
    'ssl.principal.mapping.rules': 'RULE:^CN=([A-Za-z0-9._-]+)$/$1/',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': config.superUsers.map((name) => `User:${name}`).join(';'),
    'auto.create.topics.enable': 'false',
    'unclean.leader.election.enable': 'false',
    'default.replication.factor': factor,
    'min.insync.replicas': inSyncMin,
    'offsets.topic.replication.factor': factor,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': factor,
    'transaction.state.log.min.isr': inSyncMin,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': factor,
    'share.coordinator.state.topic.min.isr': inSyncMin,
    // A consumer group gets its partitions immediately, without waiting for further members: all members run on this
    // machine.
    'group.initial.rebalance.delay.ms': 0,
    // The lower limit of a consumer's session timeout. Our services use 6 s or more.
    'group.min.session.timeout.ms': 3000,
    'offsets.retention.minutes': 30 * 24 * 60,
    'message.max.bytes': messageBytesMax,
    // -1: the operating system chooses the size. With Kafka's default of 100 kB the broker must wait for a busy reader;
    // with a large buffer, the broker sends the next 8 MB while the reader is busy. Measured with `npm run bench --
    // alarms`: a third more readings a second.
    'socket.send.buffer.bytes': -1,
    'socket.receive.buffer.bytes': -1,
    'log.cleaner.dedupe.buffer.size': 32 * 1024 * 1024,
    ...config.member?.properties,
  };
  return `${Object.entries(lines)
    .map(([name, value]) => `${name}=${escapeValue(String(value))}`)
    .join('\n')}\n`;
}

type Lines = Record<string, string | number>;

function singleBrokerLines({ port, controllerPort, shortLived }: KafkaConfig): Lines {
  return {
    // By default, an idle controller writes a record twice a second. By these records, other controllers see whether
    // they are up to date. A single controller needs no such records. They took a third of the processor time of an
    // idle broker.
    ...(shortLived && { 'metadata.max.idle.interval.ms': 0 }),
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CLIENT:SSL,CONTROLLER:SSL',
    'inter.broker.listener.name': 'CLIENT',
  };
}

function memberLines({ port, controllerPort }: KafkaConfig, member: ClusterMember): Lines {
  const common = {
    'process.roles': member.role,
    'node.id': member.nodeId,
    'controller.quorum.voters': member.voters.join(),
  };
  if (member.role === 'controller') {
    return {
      ...common,
      listeners: `CONTROLLER://127.0.0.1:${controllerPort}`,
      'listener.security.protocol.map': 'CONTROLLER:SSL',
    };
  }
  const { relayed } = member;
  const listening = [`CLIENT://127.0.0.1:${port}`];
  if (member.role === 'broker,controller') listening.push(`CONTROLLER://127.0.0.1:${controllerPort}`);
  const advertised = [`CLIENT://127.0.0.1:${port}`];
  if (relayed !== undefined) {
    listening.push(`RELAYED://127.0.0.1:${relayed.port}`);
    advertised.push(`RELAYED://127.0.0.1:${relayed.advertisedPort}`);
  }
  return {
    ...common,
    listeners: listening.join(),
    'advertised.listeners': advertised.join(),
    'listener.security.protocol.map': `CLIENT:SSL,${relayed === undefined ? '' : 'RELAYED:SSL,'}CONTROLLER:SSL`,
    'inter.broker.listener.name': 'CLIENT',
  };
}

/** Escapes backslashes, as in Windows paths, for a properties file of Java. */
function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\');
}

/**
 * Returns the broker's configuration of logs: at most four files of 10 MB each. Errors, and the line with which the
 * broker reports that it has started, also go to standard output.
 */
export function log4jProperties(logFile: string): string {
  return `status=error
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName=${escapeValue(logFile)}
appender.file.filePattern=${escapeValue(logFile)}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d{ISO8601} %p %m (%c)%n
appender.file.policies.type=Policies
appender.file.policies.size.type=SizeBasedTriggeringPolicy
appender.file.policies.size.size=10MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=3
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%p %m%n
rootLogger.level=info
rootLogger.appenderRef.file.ref=file
rootLogger.appenderRef.console.ref=console
rootLogger.appenderRef.console.level=error
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
logger.server.appenderRef.console.ref=console
`;
}
