/**
 * What must be done once before the services of docker-compose.yml can run; each command is one one-shot service there, and
 * each may be repeated at any time.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCertificates } from '../../certs/ensure.ts';
import { writeAtomic } from '../../certs/files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { describeSettings, readSettings } from '../../contracts/settings.ts';
import { ensureDatabase } from '../platform/influxSetup.ts';
import { ensureTopics } from '../platform/topics.ts';
import { handOut } from './handOut.ts';
import { composeNames } from './identities.ts';
import { identitiesSettings, platformSettings } from './settings.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const commands: Readonly<Record<string, () => Promise<void>>> = { identities, platform };

async function identities(): Promise<void> {
  const { stateDir, composeDir, serverNames, devices } = readSettings(identitiesSettings, process.env);
  const names = [...composeNames, ...serverNames];
  for (const { file, reason } of await ensureCertificates({ stateDir, devices, names, nowMs: Date.now() })) {
    say(`${file}: issued (${reason})`);
  }
  for (const file of handOut(stateDir, composeDir, devices)) say(`${file}: handed out`);
  const accounts = join(composeDir, 'accounts', 'accounts.json');
  if (!existsSync(accounts)) writeAtomic(accounts, `${JSON.stringify({ accounts: [] })}\n`, 0o600);
  say('Every service has its certificates and secrets.');
}

async function platform(): Promise<void> {
  const { broker, influxUrl, identityDir } = readSettings(platformSettings, process.env);
  const read = (file: string) => readFileSync(join(identityDir, file), 'utf8');
  const password = (user: string) => read(`influx-${user}.password`).trim();
  await Promise.all([
    ensureTopics(broker, identityDir),
    ensureDatabase({
      url: influxUrl,
      ca: read('ca.pem'),
      adminPassword: password('admin'),
      users: [
        { name: 'trends', password: password('trends'), privilege: 'WRITE' },
        { name: 'dashboard', password: password('dashboard'), privilege: 'READ' },
      ],
    }),
  ]);
  say('Kafka has its topics and access lists, InfluxDB its database and logins.');
}

const help = `Run by docker-compose.yml: node ops/compose/init.ts ${Object.keys(commands).join('|')}

Settings of identities:
${describeSettings(identitiesSettings)}

Settings of platform:
${describeSettings(platformSettings)}
`;

try {
  const command = commands[process.argv[2] ?? ''];
  if (command === undefined) throw new VigilError('settings-invalid', help);
  await command();
} catch (error) {
  process.stderr.write(`${error instanceof VigilError ? error.message : `Set-up failed: ${String(error)}`}\n`);
  process.exitCode = 1;
}
