/** The commands that prepare the services of docker-compose.yml. Each command may be repeated at any time. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCertificates } from '../../certs/ensure.ts';
import { ensurePrivateDirectory, writeAtomic } from '../../certs/files.ts';
import { canaryDeviceId } from '../../contracts/canary.ts';
import { VigilError } from '../../contracts/errors.ts';
import { readSettings, settingsHelpText } from '../../process/settings.ts';
import { ensureDemoAccounts, ensureDemoAdmissions, ensureWards } from '../demo.ts';
import { loginLines } from '../logins.ts';
import { replicationOf } from '../platform/copies.ts';
import { ensureDatabase } from '../platform/influx-setup.ts';
import { ensureTopics } from '../platform/topics.ts';
import { handOut } from './hand-out.ts';
import { requireSameBrokers } from './same-brokers.ts';
import { demoSettings, identitiesSettings, platformSettings } from './settings.ts';

const readLoginsCommand = 'docker compose exec dashboard cat /run/vigil-accounts/secrets/demo-logins.json';

const say = (line: string) => process.stdout.write(`${line}\n`);

const commands: Readonly<Record<string, () => Promise<void>>> = { identities, platform, demo };

/**
 * Makes and renews certificates and secrets, and copies them to the volumes of the services. The service `init` runs
 * this command.
 */
async function identities(): Promise<void> {
  const { stateDir, composeDir, serverNames, kafkaCopies, devices } = readSettings(identitiesSettings, process.env);
  requireSameBrokers(stateDir, composeDir, kafkaCopies);
  for (const { file, reason } of await ensureCertificates({
    stateDir,
    devices: [canaryDeviceId, ...devices],
    names: serverNames,
    nowMs: Date.now(),
  })) {
    say(`${file}: issued (${reason})`);
  }
  for (const file of handOut(stateDir, composeDir, devices)) say(`${file}: written or removed`);
  const accounts = join(composeDir, 'accounts', 'secrets');
  ensurePrivateDirectory(accounts);
  const file = join(accounts, 'accounts.json');
  if (!existsSync(file)) {
    writeAtomic(file, `${JSON.stringify({ accounts: [] })}\n`, 0o600);
    say(
      'Nobody can log in yet: use --profile demo for demo accounts, or docker compose run --rm accounts add for real accounts.',
    );
  }
  ensureWards(accounts);
  // The folder of the wards file also has the accounts, and the delivery process may not see the accounts. So the
  // delivery process gets a copy of the wards file.
  writeAtomic(
    join(composeDir, 'delivery-member', 'wards.json'),
    readFileSync(join(accounts, 'wards.json'), 'utf8'),
    0o644,
  );
  say('Every service has its certificates and secrets.');
}

/**
 * Makes Kafka's topics and access control lists, and InfluxDB's database and logins. The service `setup` runs this
 * command.
 */
async function platform(): Promise<void> {
  const { brokers, kafkaCopies, influxUrl, stateDir } = readSettings(platformSettings, process.env);
  const certs = join(stateDir, 'certs');
  const password = (user: string) => readFileSync(join(stateDir, 'secrets', `influx-${user}.password`), 'utf8').trim();
  await Promise.all([
    ensureTopics(brokers, certs, replicationOf(kafkaCopies)).then((changes) => {
      for (const change of changes) say(`${change}.`);
    }),
    ensureDatabase({
      url: influxUrl,
      ca: readFileSync(join(certs, 'ca.pem'), 'utf8'),
      adminPassword: password('admin'),
      users: [
        { name: 'trends', password: password('trends'), privilege: 'WRITE' },
        { name: 'dashboard', password: password('dashboard'), privilege: 'READ' },
      ],
    }),
  ]);
  say('Kafka has its topics and access lists, and InfluxDB has its database and logins.');
}

/** Makes demo accounts and admits made-up patients. The service `demo` runs this command. */
async function demo(): Promise<void> {
  const { brokers, stateDir, accountsDir, devices } = readSettings(demoSettings, process.env);
  ensurePrivateDirectory(join(stateDir, 'kafka'));
  const logins = await ensureDemoAccounts(accountsDir);
  // Admitting a patient needs only Kafka's address.
  const addresses = { stateDir, kafkaBrokers: brokers, influxUrl: '', mqttPort: 0, httpPort: 0 };
  await ensureDemoAdmissions(addresses, devices.length, Date.now());
  // Docker stores this output, so it must not contain passwords.
  for (const line of loginLines(logins, false, readLoginsCommand)) say(line);
}

const help = `Run by docker-compose.yml: node ops/compose/init.ts ${Object.keys(commands).join('|')}

Settings of identities:
${settingsHelpText(identitiesSettings)}

Settings of platform:
${settingsHelpText(platformSettings)}

Settings of demo:
${settingsHelpText(demoSettings)}
`;

try {
  const command = commands[process.argv[2] ?? ''];
  if (command === undefined) throw new VigilError('settings-invalid', help);
  await command();
} catch (error) {
  process.stderr.write(`${error instanceof VigilError ? error.message : `Set-up failed: ${String(error)}`}\n`);
  process.exitCode = 1;
}
