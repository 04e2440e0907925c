/**
 * `npm run certs`: creates and renews all certificates and secrets, and issues and revokes the certificates of devices.
 */
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { readArguments } from '../process/command.ts';
import type { RevocationList } from '../process/crl.ts';
import { changeUserToOwnerOf } from '../process/run-as.ts';
import { readSettings, settingsHelpText } from '../process/settings.ts';
import type { Terminal } from '../process/terminal.ts';
import { type RevocationReason, revocationReasons } from './core/register.ts';
import { crlFiles, issueCrl } from './crl.ts';
import { enrol, revoke, revokeAgain } from './devices.ts';
import { deviceAuthority, ensureCertificates } from './ensure.ts';
import { acceptLostKeys } from './fingerprints.ts';
import { readRegister } from './register.ts';
import { revokeService } from './services.ts';
import { certsSettings } from './settings.ts';

const help = `Creates missing certificates and secrets, and renews certificates that expire within 30 days. Does not change other certificates.

  npm run certs                         creates what is missing, and renews certificates and CRLs
  npm run certs -- --name <host> ...    adds this host name or address to the certificates of the gateway and the dashboard
      --name gateway=<host>             adds it only to the certificate of the gateway; also possible: dashboard=, kafka=, influxdb=

Devices (the CN of a certificate is the device id: 1 to 64 letters, digits, dots, underscores, hyphens):
  npm run certs -- enrol --csr <file>   issues a certificate for 90 days from the request of a device that has its own key
      --out <file>                      writes the certificate to this file; without --out, the certificate is printed
      --renew                           issues it even if the device already has a valid certificate
  npm run certs -- device <id> ...      creates a key and a certificate for each device (for development and simulators)
  npm run certs -- list                 prints all device certificates: serial number, device, end, state
  npm run certs -- revoke <id>          revokes all certificates of the device; gateways end its sessions within 5 s
      --serial <hex>                    revokes only the certificate with this serial number
      --service                         <id> is a service of Vigil (for example gateway or web-server); it gets a new key immediately
      --reason <reason>                 ${revocationReasons.join(', ')} (default ${revocationReasons[0]})
  npm run certs -- revoke-again <serial> ...  revokes certificates that a restored backup does not list as revoked;
                                        Vigil printed their serial numbers when it refused to start
  npm run certs -- crl                  issues a new certs/${crlFiles['device-ca']}, valid for 30 days

Lost keys (Vigil does not start without the keys with which its data were written):
  npm run certs -- accept-lost-keys     creates new keys for those that are missing or were replaced;
                                        data that need the lost keys can never be read again

  --state <folder>                      uses another state folder
Settings:
${settingsHelpText(certsSettings)}
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
    new VigilError('settings-invalid', `${sentence}; see \`npm run certs -- --help\`.`, { cause });
  return readArguments(args, { allowPositionals: true, options }, usageError);
}

type Values = ReturnType<typeof parse>['values'];
type Command = {
  /** The options of this command besides --state. */
  readonly options: readonly string[];
  run(stateDir: string, names: readonly string[], values: Values, terminal: Terminal): Promise<string>;
};

const commands: Readonly<Record<string, Command>> = {
  all: { options: ['name'], run: (stateDir, _names, values) => ensureAndReport(stateDir, [], values) },
  device: {
    options: ['name'],
    run(stateDir, ids, values) {
      if (ids.length === 0) throw invalid('Name the device, for example: `npm run certs -- device bed-07`.');
      return ensureAndReport(stateDir, ids, values);
    },
  },
  enrol: {
    options: ['csr', 'out', 'renew'],
    async run(stateDir, names, { csr, out, renew = false }, terminal) {
      if (csr === undefined || names.length > 0)
        throw invalid('Name the file of the request, for example: `npm run certs -- enrol --csr bed-07.csr`.');
      const { certificate, entry, file } = await enrol({ stateDir, csrFile: csr, out, renew, nowMs: Date.now() });
      const until = new Date(entry.notAfterMs).toISOString();
      const summary = `${entry.deviceId}: enrolled until ${until}, serial ${entry.serial}, in ${file}`;
      if (out !== undefined) return `${summary}\n`;
      // Only the certificate goes to standard output, so that an operator can redirect it to a file.
      terminal.writeError(`${summary}\n`);
      return certificate;
    },
  },
  list: {
    options: [],
    async run(stateDir, names) {
      if (names.length > 0) throw invalid('`list` takes no name: it prints all device certificates.');
      return listText(stateDir, Date.now());
    },
  },
  revoke: {
    options: ['serial', 'reason', 'service'],
    async run(stateDir, ids, values) {
      const { serial, reason = revocationReasons[0], service = false } = values;
      const [id, ...otherIds] = ids;
      if (id === undefined || otherIds.length > 0)
        throw invalid('Name one device, for example: `npm run certs -- revoke bed-07`.');
      if (!isReason(reason)) throw invalid(`"${reason}" is not a reason: use one of ${revocationReasons.join(', ')}.`);
      if (service) {
        if (serial !== undefined)
          throw invalid('--serial is only for devices: --service revokes all certificates of a service.');
        const revoked = await revokeService({ stateDir, service: id, reason, nowMs: Date.now() });
        const lines = revoked.map(({ serial }) => `${id}: revoked ${serial} (${reason})\n`);
        return `${lines.join('')}${await ensureAndReport(stateDir, [], values)}${afterServiceRevocation}`;
      }
      const revoked = await revoke({ stateDir, deviceId: id, serial, reason, nowMs: Date.now() });
      const lines = revoked.map(({ serial }) => `${id}: revoked ${serial} (${reason})\n`);
      return lines.length > 0 ? lines.join('') : `${id} has no valid certificate to revoke. A new CRL was issued.\n`;
    },
  },
  'revoke-again': {
    options: [],
    async run(stateDir, serials) {
      if (serials.length === 0) throw invalid('Name the serial numbers that Vigil printed when it refused to start.');
      const { newlyRevoked, crl } = await revokeAgain({ stateDir, serials, nowMs: Date.now() });
      return crlLine(crl, `${newlyRevoked} newly revoked, `);
    },
  },
  'accept-lost-keys': {
    options: [],
    async run(stateDir, names, values) {
      if (names.length > 0) throw invalid('`accept-lost-keys` takes no name.');
      const lostFiles = acceptLostKeys(stateDir);
      const issued = await ensureAndReport(stateDir, [], values);
      return `Keys accepted as lost: ${lostFiles.length > 0 ? lostFiles.join(', ') : 'none'}.\n${issued}`;
    },
  },
  crl: {
    options: [],
    async run(stateDir, names) {
      if (names.length > 0)
        throw invalid('`crl` takes no name. To revoke the certificates of a device, use `npm run certs -- revoke`.');
      const directory = join(stateDir, 'certs');
      return crlLine(await issueCrl(directory, deviceAuthority(directory), Date.now()));
    },
  },
};

function crlLine({ number, serials, nextUpdateMs }: RevocationList, newlyRevoked = ''): string {
  const until = new Date(nextUpdateMs ?? 0).toISOString();
  return `certs/${crlFiles['device-ca']}: number ${number}, ${newlyRevoked}${serials.size} revoked, valid until ${until}\n`;
}

const afterServiceRevocation =
  'If Vigil was started with `npm start`, it uses the new key within seconds. If not, see docs/operator.md, ' +
  '"The key of a service was stolen".\n';

async function ensureAndReport(stateDir: string, devices: readonly string[], values: Values): Promise<string> {
  const names = values.name ?? [];
  const issued = await ensureCertificates({ stateDir, devices, names, replaceRevoked: true, nowMs: Date.now() });
  if (issued.length === 0) return 'Nothing to do: all certificates are valid for 30 days or more.\n';
  return issued.map(({ file, reason }) => `${file}: issued (${reason})\n`).join('');
}

function listText(stateDir: string, nowMs: number): string {
  const { issued, revoked } = readRegister(join(stateDir, 'certs'));
  const rows = [...issued.values()].map(({ serial, deviceId, notAfterMs, origin }) => {
    const revocation = revoked.get(serial);
    const state = revocation ? `revoked (${revocation.reason})` : notAfterMs <= nowMs ? 'expired' : 'valid';
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
    throw invalid(`"${name}" is not a command; see \`npm run certs -- --help\`.`);
  }
  const foreignOption = Object.keys(values).find((option) => option !== 'state' && !command.options.includes(option));
  if (foreignOption !== undefined)
    throw invalid(`--${foreignOption} is not an option of this command; see \`npm run certs -- --help\`.`);
  const settings = readSettings(certsSettings, terminal.env);
  const stateDir = values.state ?? settings.stateDir;
  // The gateway reads these files. So the files must belong to the gateway's user, even if root runs this command.
  changeUserToOwnerOf(stateDir);
  terminal.writeOut(await command.run(stateDir, rest, values, terminal));
  return 0;
}

function isReason(text: string): text is RevocationReason {
  return (revocationReasons as readonly string[]).includes(text);
}

function invalid(message: string): VigilError {
  return new VigilError('settings-invalid', message);
}
