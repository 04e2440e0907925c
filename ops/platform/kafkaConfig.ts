/** The broker's configuration as text. Pure, so that a test can read what is promised of it. */

export type KafkaConfig = {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  /** Certificate and key of the broker in one PEM file. */
  readonly keystoreFile: string;
  readonly caFile: string;
};

/** The largest record batch that a topic takes. */
export const messageBytesMax = 2 * 1024 * 1024;

/**
 * One broker that is its own controller (KRaft). Both listeners are on loopback and demand a client certificate; whoever has no
 * access control list entry gets nothing.
 */
export function brokerProperties(config: KafkaConfig): string {
  const lines: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${config.controllerPort}`,
    listeners: `CLIENT://127.0.0.1:${config.port},CONTROLLER://127.0.0.1:${config.controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${config.port}`,
    'listener.security.protocol.map': 'CLIENT:SSL,CONTROLLER:SSL',
    'inter.broker.listener.name': 'CLIENT',
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
    'super.users': 'User:kafka;User:admin',
    'auto.create.topics.enable': 'false',
    'unclean.leader.election.enable': 'false',
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // One machine: nobody to wait for before a group gets its partitions.
    'group.initial.rebalance.delay.ms': 0,
    // A consumer that was killed gives up its partitions within seconds; the services ask for 6 s or more.
    'group.min.session.timeout.ms': 3000,
    'offsets.retention.minutes': 30 * 24 * 60,
    'message.max.bytes': messageBytesMax,
    'log.cleaner.dedupe.buffer.size': 32 * 1024 * 1024,
  };
  return `${Object.entries(lines)
    .map(([name, value]) => `${name}=${escapeValue(String(value))}`)
    .join('\n')}\n`;
}

/** Java's property files take a backslash as an escape (Windows paths). */
function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\');
}

/** Broker's log: a file of at most 10 MiB and three before it; errors, and that it has started, also go to standard output. */
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
