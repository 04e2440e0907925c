/** `npm run certs`: makes and renews every certificate. Its commands issue and revoke the certificates of devices. */
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { readArguments } from '../process/command.ts';
import type { RevocationList } from '../process/crl.ts';
import { becomeOwnerOf } from '../process/run-as.ts';
import { describeSettings, readSettings } from '../process/settings.ts';
import type { Terminal } from '../process/terminal.ts';
import { type RevocationReason, revocationReasons } from './core/register.ts';
import { crlFiles, issueCrl } from './crl.ts';
import { enrol, revoke, revokeAgain } from './devices.ts';
import { deviceAuthority, ensureCertificates } from './ensure.ts';
import { acceptLostKeys } from './fingerprints.ts';
import { readRegister } from './register.ts';
import { revokeService } from './services.ts';
import { certsSettings } from './settings.ts';

const help = `Makes what is missing and renews what expires within 30 days; leaves the rest as it is.

  npm run certs                         every certificate and secret, and the devices' CRL
  npm run certs -- --name <host> ...    the gateway's and the dashboard's certificates also carry this name or address
      --name gateway=<host>             that of the gateway alone; likewise dashboard=, kafka=, influxdb=

Devices (the CN of a certificate is the device id: 1 to 64 letters, digits, dots, underscores, hyphens):
  npm run certs -- enrol --csr <file>   signs the request of a device that has made its key itself, for 90 days
      --out <file>                      writes the certificate there, too; without it, it is printed
      --renew                           even if the device has a certificate that is still good
  npm run certs -- device <id> ...      makes key and certificate here (development, simulators)
  npm run certs -- list                 every device certificate: serial, device, end, state
  npm run certs -- revoke <id>          ends all certificates of the device; gateways end its sessions within 5 s
      --serial <hex>                    only this one
      --service                         <id> is a service of Vigil, named as its files are (gateway, web-server); it gets a new key at once
      --reason <why>                    ${revocationReasons.join(', ')} (default ${revocationReasons[0]})
  npm run certs -- revoke-again <serial> ...  revokes certificates that a restored folder no longer lists as revoked;
                                        the start that was refused printed their serials
  npm run certs -- crl                  issues certs/${crlFiles['device-ca']} anew, good for 30 days

Keys that are lost (Vigil does not start without those that its data were written with):
  npm run certs -- accept-lost-keys     makes new ones for those that are missing or different;
                                        data that only the lost keys can open stay closed

  --state <folder>                      another state folder
Settings:
${describeSettings(certsSettings)}
`;

const options = {
  help: { type: 'boolean' },
  state: { type: 'string' },
  name: { type: 'string', multiple: true },
  csr: { type: 'string' },
  out: { type: 'string' },
  renew: { type: 'boolean' },
  serial: { type: 'string' },
  service: { type: 'boolean' },
  reason: { type: 'string' },
} as const;

function parse(args: readonly string[]) {
  const usageError = (sentence: string, cause: Error) =>
    new VigilError('settings-invalid', `${sentence}; see npm run certs -- --help.`, { cause });
  return readArguments(args, { allowPositionals: true, options }, usageError);
}

type Values = ReturnType<typeof parse>['values'];
type Command = {
  /** The options of this command besides --state. */
  readonly options: readonly string[];
  run(stateDir: string, names: readonly string[], values: Values, terminal: Terminal): Promise<string>;
};

const commands: Readonly<Record<string, Command>> = {
  all: { options: ['name'], run: (stateDir, _names, values) => ensure(stateDir, [], values) },
  device: {
    options: ['name'],
    run(stateDir, ids, values) {
      if (ids.length === 0) throw wrong('Name the device: npm run certs -- device bed-07.');
      return ensure(stateDir, ids, values);
    },
  },
  enrol: {
    options: ['csr', 'out', 'renew'],
    async run(stateDir, names, { csr, out, renew = false }, terminal) {
      if (csr === undefined || names.length > 0)
        throw wrong('Name the request: npm run certs -- enrol --csr bed-07.csr.');
      const { certificate, entry, file } = await enrol({ stateDir, csrFile: csr, out, renew, nowMs: Date.now() });
      const until = new Date(entry.notAfterMs).toISOString();
      const summary = `${entry.deviceId}: enrolled until ${until}, serial ${entry.serial}, in ${file}`;
      if (out !== undefined) return `${summary}\n`;
      // Only the certificate goes to standard output, so that it can be sent from there.
      terminal.writeError(`${summary}\n`);
      return certificate;
    },
  },
  list: {
    options: [],
    async run(stateDir, names) {
      if (names.length > 0) throw wrong('list takes no name: it says all device certificates.');
      return list(stateDir, Date.now());
    },
  },
  revoke: {
    options: ['serial', 'reason', 'service'],
    async run(stateDir, ids, values) {
      const { serial, reason = revocationReasons[0], service = false } = values;
      const [deviceId, ...more] = ids;
      if (deviceId === undefined || more.length > 0) throw wrong('Name one device: npm run certs -- revoke bed-07.');
      if (!isReason(reason)) throw wrong(`"${reason}" is no reason: say one of ${revocationReasons.join(', ')}.`);
      if (service) {
        if (serial !== undefined) throw wrong('--serial is for devices: all certificates of a service end together.');
        const ended = await revokeService({ stateDir, service: deviceId, reason, nowMs: Date.now() });
        const lines = ended.map(({ serial }) => `${deviceId}: revoked ${serial} (${reason})\n`);
        return `${lines.join('')}${await ensure(stateDir, [], values)}${afterRevoked}`;
      }
      const ended = await revoke({ stateDir, deviceId, serial, reason, nowMs: Date.now() });
      const lines = ended.map(({ serial }) => `${deviceId}: revoked ${serial} (${reason})\n`);
      return lines.length > 0
        ? lines.join('')
        : `${deviceId} has no certificate that is still good; the CRL is issued anew.\n`;
    },
  },
  'revoke-again': {
    options: [],
    async run(stateDir, serials) {
      if (serials.length === 0) throw wrong('Name the serial numbers that the refused start named.');
      const { again, crl } = await revokeAgain({ stateDir, serials, nowMs: Date.now() });
      return crlLine(crl, `${again} revoked again, `);
    },
  },
  'accept-lost-keys': {
    options: [],
    async run(stateDir, names, values) {
      if (names.length > 0) throw wrong('accept-lost-keys takes no name.');
      const lost = acceptLostKeys(stateDir);
      const made = await ensure(stateDir, [], values);
      return `Given up: ${lost.length > 0 ? lost.join(', ') : 'none'}.\n${made}`;
    },
  },
  crl: {
    options: [],
    async run(stateDir, names) {
      if (names.length > 0) throw wrong('crl takes no name: to end the certificates of a device, use revoke.');
      const directory = join(stateDir, 'certs');
      return crlLine(await issueCrl(directory, deviceAuthority(directory), Date.now()));
    },
  },
};

function crlLine({ number, serials, nextUpdateMs }: RevocationList, also = ''): string {
  const until = new Date(nextUpdateMs ?? 0).toISOString();
  return `certs/${crlFiles['device-ca']}: number ${number}, ${also}${serials.size} revoked, good until ${until}\n`;
}

const afterRevoked =
  'If Vigil runs with npm start, it takes this up within seconds. If not, see docs/operator.md, ' +
  '"The key of a service was stolen".\n';

async function ensure(stateDir: string, devices: readonly string[], values: Values): Promise<string> {
  const names = values.name ?? [];
  const issued = await ensureCertificates({ stateDir, devices, names, replaceRevoked: true, nowMs: Date.now() });
  if (issued.length === 0) return 'Nothing to do: every certificate is good for 30 days or more.\n';
  return issued.map(({ file, reason }) => `${file}: issued (${reason})\n`).join('');
}

function list(stateDir: string, nowMs: number): string {
  const { issued, revoked } = readRegister(join(stateDir, 'certs'));
  const rows = [...issued.values()].map(({ serial, deviceId, notAfterMs, origin }) => {
    const ended = revoked.get(serial);
    const state = ended ? `revoked (${ended.reason})` : notAfterMs <= nowMs ? 'expired' : 'good';
    return `${serial}  ${deviceId.padEnd(20)}  ${new Date(notAfterMs).toISOString()}  ${origin.padEnd(7)}  ${state}\n`;
  });
  return rows.length > 0 ? rows.join('') : 'No device has a certificate.\n';
}

/** The command line of `npm run certs`. Returns the exit code. */
export async function certsCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help === true) {
    terminal.writeOut(help);
    return 0;
  }
  const [name = 'all', ...rest] = positionals;
  const command = commands[name];
  if (command === undefined || (name === 'all' && positionals.length > 0)) {
    throw wrong(`"${name}" is no command; see npm run certs -- --help.`);
  }
  const stray = Object.keys(values).find((option) => option !== 'state' && !command.options.includes(option));
  if (stray !== undefined) throw wrong(`--${stray} does not belong to this command; see npm run certs -- --help.`);
  const settings = readSettings(certsSettings, terminal.env);
  const stateDir = values.state ?? settings.stateDir;
  // A gateway that runs as another user could not read files that root wrote.
  becomeOwnerOf(stateDir);
  terminal.writeOut(await command.run(stateDir, rest, values, terminal));
  return 0;
}

function isReason(text: string): text is RevocationReason {
  return (revocationReasons as readonly string[]).includes(text);
}

function wrong(message: string): VigilError {
  return new VigilError('settings-invalid', message);
}
