/** The broker's configuration as text. Pure, so that a test can check it. */
import { oneCopy, type Replication } from './copies.ts';

export type KafkaConfig = {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  /** Certificate and key of the broker in one PEM file. */
  readonly keystoreFile: string;
  readonly caFile: string;
  /** Principals that may do everything: the broker itself, and the administrator that makes topics and access lists. */
  readonly superUsers: readonly string[];
  readonly member?: ClusterMember | undefined;
};

/** A node of a cluster of several. Without it, one broker is its own controller and has the only copy. */
export type ClusterMember = {
  readonly nodeId: number;
  readonly role: 'broker' | 'controller' | 'broker,controller';
  /** Kafka's own form of a UUID, the same for all nodes. */
  readonly clusterId: string;
  /** `id@host:port` of each controller. */
  readonly voters: readonly string[];
  readonly replication: Replication;
  /** A second listener for clients. It advertises the port of a proxy, so that a test can cut the connection between. */
  readonly relayed?: { readonly port: number; readonly advertisedPort: number };
  /** Heap of the JVM. */
  readonly heapMb: number;
  /** Broker properties to add or to replace, for instance shorter timeouts. */
  readonly properties?: Readonly<Record<string, string | number>>;
};

/** The largest record batch that a topic takes. */
export const messageBytesMax = 2 * 1024 * 1024;

/**
 * One broker that is its own controller (KRaft), or one node of a cluster. All listeners are on loopback and demand a client certificate. A
 * client without an access control list entry gets nothing.
 */
export function brokerProperties(config: KafkaConfig): string {
  const { factor, inSyncMin } = config.member?.replication ?? oneCopy;
  const lines: Record<string, string | number> = {
    ...(config.member === undefined ? aloneLines(config) : memberLines(config, config.member)),
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
    // There is only one machine, so a group gets its partitions without waiting for other members.
    'group.initial.rebalance.delay.ms': 0,
    // A killed consumer loses its partitions within seconds; the services ask for 6 s or more.
    'group.min.session.timeout.ms': 3000,
    'offsets.retention.minutes': 30 * 24 * 60,
    'message.max.bytes': messageBytesMax,
    // As large as the system needs (-1). With Kafka's own 100 kB the broker waits for a busy reader, instead of sending the next 8 MB into
    // the system's buffer meanwhile. Measured with npm run bench -- alarms: a third more readings a second.
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

function aloneLines({ port, controllerPort }: KafkaConfig): Lines {
  return {
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

/** Java's property files use a backslash as an escape (Windows paths). */
function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\');
}

/** The broker's log: a file of at most 10 MiB and three before it. Errors, and the line that it has started, also go to standard output. */
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
