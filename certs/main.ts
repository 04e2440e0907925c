/** `npm run certs`: makes and renews every certificate; `npm run certs -- device <id>` issues one more. */
import { parseArgs } from 'node:util';
import { VigilError } from '../contracts/errors.ts';
import { describeSettings, readSettings } from '../contracts/settings.ts';
import { ensureCertificates } from './ensure.ts';
import { certsSettings } from './settings.ts';

const help = `Makes what is missing and renews what expires within 30 days; leaves the rest as it is.

  npm run certs                        every certificate and secret
  npm run certs -- device <id> ...     the same, and one client certificate for each device named
  npm run certs -- --name <host> ...   the servers' certificates also carry this name or address
  npm run certs -- --state <folder>    another state folder

Settings:
${describeSettings(certsSettings)}
`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args);
  if (values.help === true) {
    process.stdout.write(help);
    return;
  }
  const [command, ...devices] = positionals;
  if (command !== undefined && command !== 'device') {
    throw new VigilError('settings-invalid', `"${command}" is no command; see npm run certs -- --help.`);
  }
  if (command === 'device' && devices.length === 0) {
    throw new VigilError('settings-invalid', 'Name the device: npm run certs -- device bed-07.');
  }
  const settings = readSettings(certsSettings, process.env);
  const stateDir = values.state ?? settings.stateDir;
  const issued = await ensureCertificates({ stateDir, devices, names: values.name ?? [], nowMs: Date.now() });
  for (const { file, reason } of issued) process.stdout.write(`${file}: issued (${reason})\n`);
  if (issued.length === 0) process.stdout.write('Nothing to do: every certificate is good for 30 days or more.\n');
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        state: { type: 'string' },
        name: { type: 'string', multiple: true },
      },
    });
  } catch (cause) {
    throw new VigilError(
      'settings-invalid',
      `${(cause as Error).message.split('. ')[0]}; see npm run certs -- --help.`,
      {
        cause,
      },
    );
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof VigilError ? error.message : `Certificates failed: ${String(error)}`}\n`);
  process.exitCode = 1;
}
